import {
  type CallbackReading,
  countSegments,
  nothingToRead,
  type OutgoingMessage,
  oneInbound,
  oneReceipt,
} from "../../delivery/index.ts";
import type { ProviderAnswer, ReceiptStatus } from "../../verification/index.ts";
import { notSent, rejected } from "../answers.ts";
import { at, textAt, toE164 } from "../reading.ts";
import type { CarrierReason } from "../reasons.ts";

/** The longest callback address that the vendor takes. */
const callbackLengthMax = 100;

/** The form of `POST /sms/json`. */
export function smsForm(
  from: string,
  { to, text, reference, registration }: OutgoingMessage,
  receiptUrl: string | null,
): URLSearchParams {
  return new URLSearchParams({
    from: withoutPlus(from),
    to: withoutPlus(to),
    text,
    ...(countSegments(text).encoding === "ucs2" ? { type: "unicode" } : {}),
    "client-ref": reference,
    ...(registration === undefined
      ? {}
      : { "entity-id": registration.entityId, "content-id": registration.templateId }),
    ...(receiptUrl === null || receiptUrl.length > callbackLengthMax ? {} : { callback: receiptUrl }),
  });
}

/** Vendors write numbers without the plus; names have none. */
export function withoutPlus(number: string): string {
  return number.replace(/^\+/, "");
}

const reasons: Readonly<Record<string, CarrierReason>> = {
  "2": "request_refused",
  "3": "value_refused",
  "4": "credentials_refused",
  "6": "not_routable",
  "7": "number_refused",
  "8": "forbidden_by_carrier",
  "9": "account_out_of_credit",
  "11": "forbidden_by_carrier",
  "12": "value_refused",
  "14": "credentials_refused",
  "15": "sender_refused",
  "22": "not_routable",
  "23": "value_refused",
  "29": "forbidden_by_carrier",
  "32": "credentials_refused",
  "33": "number_refused",
};

/** A 200 tells of each part of the text by itself; null where it cannot be read. */
export function readSmsAnswer(body: unknown): ProviderAnswer | null {
  const parts = at(body, "messages");
  if (!Array.isArray(parts) || parts.length === 0) return null;
  const statuses = parts.map((one) => textAt(one, "status"));
  const id = textAt(parts[0], "message-id");
  if (statuses.every((one) => one === "0")) {
    return id === null ? null : { type: "accepted", providerMessageId: id };
  }
  if (statuses.includes("0")) return { type: "unknown", detail: "the carrier took a part of the text only" };
  const [status] = statuses;
  if (status === "1" || status === "10") return notSent("rate_limited");
  // Its own fault, and it does not say where in the middle of its work.
  if (status === "5") return { type: "unknown", detail: "the carrier answered status 5" };
  return rejected(reasons[status ?? ""] ?? "request_refused");
}

const statuses: Readonly<Record<string, ReceiptStatus>> = {
  accepted: "sent",
  buffered: "sent",
  delivered: "delivered",
  expired: "failed",
  failed: "failed",
  rejected: "failed",
};

/** A receipt or an inbound text, whose fields tell which. */
export function readSmsCallback(
  fields: Readonly<Record<string, string>>,
  reference: string | null,
): CallbackReading {
  const id = textAt(fields, "messageId");
  if (id === null) return nothingToRead;
  const said = textAt(fields, "status");
  const [from, to, text] = [textAt(fields, "msisdn"), textAt(fields, "to"), textAt(fields, "text")];
  if (said === null && from !== null && to !== null) {
    return oneInbound({ id, from: toE164(from), to: toE164(to), text: text ?? "" });
  }
  const status = statuses[said ?? ""];
  if (status === undefined) return nothingToRead;
  return oneReceipt({ reference, providerMessageId: id, status });
}
