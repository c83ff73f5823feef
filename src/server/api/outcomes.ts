import type { ErrorCode } from "../../errors/codes.ts";
import { details } from "../../errors/details.ts";
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
  /** As far as whoever asks may see it. */
  readonly verification?: { readonly settledAt: number | null } | null;
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

/** What this request's answer knows more than the table (`errors/details.ts`). */
function detailOf(refused: Refused, retryAt: number | null | undefined): string | undefined {
  const until = typeof retryAt === "number" ? iso(retryAt) : "";
  switch (refused.outcome) {
    case "recipientLocked":
      return `Too many wrong codes for this recipient. It opens at ${until}.`;
    case "sendLimitReached":
      return `${limitDetail(refused["limit"])} ${until}.`;
    case "resendTooSoon":
      return `The last message to this recipient is too recent. Try again at ${until}.`;
    case "deliveryCongested":
      return `More messages wait than the carriers can send in time. Try again at ${until}.`;
    case "cancelRefused":
      return until === ""
        ? "The verification has gone too far to be canceled: let it end by itself."
        : `The verification can be canceled from ${until} on.`;
    case "codeMismatch":
      return mismatchDetail(refused["checksLeft"]);
    case "expired":
      return expiredDetail(refused.verification);
    case "settled":
      return `The verification is ${String(refused["status"])} already: read it with \`GET /api/v1/verifications/{id}\`, or ${startNew}.`;
    case "verificationPending":
      return pendingDetail(refused["verificationId"], refused["endsAt"]);
    default:
      return undefined;
  }
}

const startNew = "start a new one with `POST /api/v1/verifications`";

function limitDetail(limit: unknown): string {
  switch (limit) {
    case "wait":
      return "The last message to this recipient is too recent. Try again at";
    case "day":
      return "This recipient got all messages of a day. Try again at";
    case "calls":
      return "This recipient got all calls of a day. Try again at";
    case "money":
      return "The day's money for messages is spent. Try again at";
    default:
      return "This verification has sent all it may. Start a new one after";
  }
}

function mismatchDetail(checksLeft: unknown): string | undefined {
  if (typeof checksLeft !== "number") return undefined;
  if (checksLeft === 0) return `That was the last check of this verification: ${startNew}.`;
  return `${details.code_mismatch} Checks left: ${checksLeft}.`;
}

function expiredDetail(ended: Refused["verification"]): string | undefined {
  const endedAt = ended?.settledAt;
  return typeof endedAt === "number" ? `The verification ended at ${iso(endedAt)}: ${startNew}.` : undefined;
}

/** Only whoever repeats its binding is told of it: for everybody else the id is null. */
function pendingDetail(id: unknown, endsAt: unknown): string | undefined {
  if (typeof id !== "string") return undefined;
  const until = typeof endsAt === "number" ? ` until ${iso(endsAt)}` : "";
  return `Verification ${id} is pending${until}: go on with it, or cancel it with \`DELETE /api/v1/verifications/{id}\` first.`;
}
