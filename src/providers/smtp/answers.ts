import type { ProviderAnswer } from "../../verification/index.ts";
import { notSent, rejected } from "../answers.ts";
import { isCertificateCode } from "../http.ts";
import type { CarrierReason } from "../reasons.ts";

/** What nodemailer's errors tell beside their message, which may hold an address or a part of the mail. */
interface SmtpError {
  readonly code?: unknown;
  readonly originalCode?: unknown;
  /** What the server answered to: `CONN`, `AUTH PLAIN`, `MAIL FROM`, `RCPT TO`, `DATA`. */
  readonly command?: unknown;
  readonly responseCode?: unknown;
  readonly response?: unknown;
}

/** How far a message came. */
export type Stage = "before" | "begun";

/**
 * What a failure means. Until the server said that it wants the text, nothing can have left. From then on only its own
 * refusal is certain: a connection that breaks after the last dot may have brought the message (RFC 5321, 4.2.5).
 */
export function answerToFailure(cause: unknown, stage: Stage): ProviderAnswer {
  const error = (cause ?? {}) as SmtpError;
  const status = typeof error.responseCode === "number" ? error.responseCode : 0;
  if (status >= 400 && status <= 599) return refusal(error, status, stage);
  if (stage === "begun") {
    return { type: "unknown", detail: "the mail server did not say whether it took the message" };
  }
  if (isInsecure(error)) return notSent("carrier_certificate_refused");
  // It offers no way to sign in that we know.
  if (error.code === "EAUTH") return rejected("credentials_refused");
  return notSent("carrier_unreachable");
}

/**
 * Whether a connection that brought a message before may be what failed, and another one may say the same again: the
 * server let go of it without a word, or with one (421, RFC 5321 3.8), or takes no more messages on it.
 */
export function mayBeOfTheLine(cause: unknown): boolean {
  const { responseCode, command } = (cause ?? {}) as SmtpError;
  if (typeof responseCode !== "number" || responseCode === 421) return true;
  return command === "MAIL FROM" && responseCode >= 400 && responseCode <= 499;
}

function isInsecure({ code, originalCode }: SmtpError): boolean {
  return code === "ETLS" || [code, originalCode].some((one) => isCertificateCode(one));
}

function refusal({ command, response, code }: SmtpError, status: number, stage: Stage): ProviderAnswer {
  const at = typeof command === "string" ? (command.split(" ")[0] ?? "") : "";
  // It wanted to encrypt, and could not.
  if (code === "ETLS") return notSent("carrier_certificate_refused");
  const enhanced = /^\d{3}[ -]([245])\.(\d{1,3})\.(\d{1,3})/.exec(
    typeof response === "string" ? response : "",
  );
  const subject = enhanced?.[2];
  // A command at a wrong time says something about the connection, and nothing about the message.
  if (status === 503 && at !== "AUTH") return notSent("carrier_unavailable");
  if (status < 500) return notSent(deferral(at, status));
  return rejected(reasonOf(at, status, subject, stage));
}

/** A server that puts one recipient off, greylists, or is full for now works all the same; one that says 421 goes. */
function deferral(at: string, status: number): CarrierReason {
  if (status === 421) return "carrier_unavailable";
  return at === "RCPT" || at === "DATA" ? "recipient_deferred" : "carrier_unavailable";
}

/** RFC 5321, 4.2.2 and 4.2.3; the second number of an enhanced status (RFC 3463): 1 addresses, 2 mailboxes, 7 policy. */
function reasonOf(at: string, status: number, subject: string | undefined, stage: Stage): CarrierReason {
  if (at === "AUTH" || status === 530 || status === 535) return "credentials_refused";
  if (at === "MAIL") return "sender_refused";
  if (at === "RCPT") {
    if (subject === "7") return "forbidden_by_carrier";
    return subject === "2" ? "rejected_by_destination" : "number_refused";
  }
  if (at === "DATA" && stage === "begun") return subject === "7" ? "taken_for_spam" : "value_refused";
  return at === "DATA" ? "request_refused" : "forbidden_by_carrier";
}
