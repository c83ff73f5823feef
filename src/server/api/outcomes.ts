import type { ErrorCode } from "../../errors/codes.ts";
import { Problem, wrongField } from "../problems.ts";
import { iso } from "./schemas.ts";

/** Every outcome that is not a success, as one discriminated union of what the engine's verbs can answer. */
export type RefusedOutcome =
  | "numberInvalid"
  | "numberNotAllowed"
  | "requestInvalid"
  | "serviceNotFound"
  | "recipientLocked"
  | "sendLimitReached"
  | "verificationPending"
  | "codeMismatch"
  | "codeMalformed"
  | "codeExpired"
  | "expired"
  | "exhausted"
  | "settled"
  | "resendTooSoon"
  | "noFurtherStep"
  | "deliveryCongested"
  | "rateLimited"
  | "cancelRefused"
  | "notFound"
  | "idempotencyKeyReused";

/** One code an outcome; a missing one does not compile. */
const codeOf: Readonly<Record<RefusedOutcome, ErrorCode>> = {
  numberInvalid: "number_invalid",
  numberNotAllowed: "number_not_allowed",
  requestInvalid: "request_invalid",
  serviceNotFound: "service_not_found",
  recipientLocked: "recipient_locked",
  sendLimitReached: "send_limit_reached",
  verificationPending: "verification_pending",
  codeMismatch: "code_mismatch",
  codeMalformed: "code_malformed",
  codeExpired: "code_expired",
  expired: "verification_expired",
  exhausted: "verification_exhausted",
  settled: "verification_settled",
  resendTooSoon: "resend_too_soon",
  noFurtherStep: "no_further_step",
  deliveryCongested: "delivery_congested",
  rateLimited: "rate_limited",
  cancelRefused: "cancel_refused",
  notFound: "verification_not_found",
  idempotencyKeyReused: "idempotency_key_reused",
};

interface Refused {
  readonly outcome: RefusedOutcome;
  readonly detail?: string;
  readonly retryAt?: number;
  readonly allowedAt?: number | null;
  readonly [field: string]: unknown;
}

/** The problem that tells a caller why not, with the fields that help it go on. */
export function refusal(refused: Refused): Problem {
  const code = codeOf[refused.outcome];
  const fields: Record<string, unknown> = {};
  for (const name of ["reason", "field", "limit", "checksLeft", "status", "verificationId"]) {
    // `status` is the HTTP status in a problem: the verification's own goes by its full name.
    if (refused[name] !== undefined) fields[name === "status" ? "verificationStatus" : name] = refused[name];
  }
  if (refused.outcome === "requestInvalid") {
    return wrongField(String(refused["field"]), refused.detail ?? "must be another");
  }
  const retryAt = refused.retryAt ?? refused.allowedAt;
  if (typeof retryAt === "number") fields["retryAt"] = iso(retryAt);
  return new Problem(code, refused.detail ?? detailOf(refused, retryAt), fields);
}

function detailOf(refused: Refused, retryAt: number | null | undefined): string | undefined {
  const until = typeof retryAt === "number" ? iso(retryAt) : "";
  switch (refused.outcome) {
    case "recipientLocked":
      return `Too many wrong codes for this recipient. It opens at ${until}.`;
    case "sendLimitReached":
      if (refused["limit"] === "wait")
        return `The last message to this recipient is too recent. Try again at ${until}.`;
      if (refused["limit"] === "day")
        return `This recipient got all messages of a day. Try again at ${until}.`;
      if (refused["limit"] === "calls")
        return `This recipient got all calls of a day. Try again at ${until}.`;
      if (refused["limit"] === "money")
        return `The day's money for messages is spent. Try again at ${until}.`;
      return `This verification has sent all it may. Start a new one after ${until}.`;
    case "resendTooSoon":
      return `The last message to this recipient is too recent. Try again at ${until}.`;
    case "deliveryCongested":
      return `More messages wait than the carriers can send in time. Try again at ${until}.`;
    case "codeExpired":
      return "This code is too old. Ask for a new one with resend.";
    case "cancelRefused":
      return until === "" ? "It has gone too far to be canceled." : `It can be canceled from ${until} on.`;
    case "serviceNotFound":
      return "No service of this tenant has this id or name.";
    case "idempotencyKeyReused":
      return "This Idempotency-Key came with another body before. Use a new key for a new request.";
    default:
      return undefined;
  }
}
