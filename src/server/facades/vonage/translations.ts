import { answerFor } from "../by-reason.ts";
import type { ProblemKind } from "../problem-kinds.ts";
import type { CancelRefused, CheckRefused, NumberRefused, SendRefused, StartRefused } from "../refusals.ts";
import { errors, type VerifyCall, type VonageError } from "./errors.ts";

/** What a refused outcome may say beside its name. */
export interface Refused {
  readonly outcome?: string;
  readonly reason?: string;
  readonly field?: string;
  readonly limit?: string;
  readonly verificationId?: string | null;
  /** From what age on it could be canceled. */
  readonly cancelFromSeconds?: number;
}

type Translate = (refused: Refused, id: string) => VonageError;

const always =
  (error: VonageError): Translate =>
  () =>
    error;

/** What is known of a number, or held against it. */
const numberErrors = {
  range_denied: errors.unsupportedNetwork,
  country_not_allowed: errors.unsupportedNetwork,
  landline_sms: errors.unsupportedNetwork,
  price_above_limit: errors.unsupportedNetwork,
  type_denied: errors.numberBlocked,
  type_denied_by_policy: errors.numberBlocked,
  number_denied: errors.numberBlocked,
  risk_denied: errors.numberBlocked,
  velocity: errors.networkBlocked,
  proof_needed: errors.networkBlocked,
  text_first: errors.notRouted,
  recipient_opted_out: errors.numberBlocked,
  signal_unreadable: errors.throttled,
  calls_of_day: errors.throttled,
  money_of_day: errors.quota,
  money_of_hour: errors.quota,
} satisfies Readonly<Record<NumberRefused, VonageError>>;

const byReason: Translate = ({ reason }) =>
  answerFor<VonageError>(numberErrors, reason, errors.numberBlocked);

const byLimit: Translate = ({ limit }) => (limit === "money" ? errors.quota : errors.throttled);

/** Our names of what a start says, as the vendor's clients know them. */
const parameterOf: Readonly<Record<string, string>> = {
  codeLength: "code_length",
  // The one rule about checks that a request can break: few of them for a short code.
  checksMax: "code_length",
  codeLifetimeSeconds: "pin_expiry",
  workflow: "next_event_wait",
  locale: "lg",
  "amount.value": "amount",
  "metadata.senderId": "sender_id",
};

const byField: Translate = ({ field = "" }) => {
  if (field === "code") return errors.ownCode;
  // No carrier speaks or texts: nothing that the caller could change in the request.
  if (field === "channel") return errors.notRouted;
  return errors.invalid(parameterOf[field] ?? field);
};

export const startErrors = {
  numberInvalid: always(errors.invalidNumber),
  numberNotAllowed: byReason,
  requestInvalid: byField,
  serviceNotFound: always(errors.notRouted),
  recipientLocked: always(errors.throttled),
  sendLimitReached: byLimit,
  verificationPending: ({ verificationId }) => errors.concurrent(verificationId ?? ""),
  deliveryCongested: always(errors.throttled),
  rateLimited: byReason,
  // No request of this vendor has an Idempotency-Key.
  idempotencyKeyReused: always(errors.internal),
} satisfies Readonly<Record<StartRefused, Translate>>;

export const checkErrors = {
  codeMismatch: always(errors.wrongCode),
  codeMalformed: always(errors.wrongCode),
  codeExpired: always(errors.wrongCode),
  exhausted: always(errors.tooManyCodes),
  recipientLocked: always(errors.throttled),
  expired: (_refused, id) => errors.notFound("check", id),
  settled: (_refused, id) => errors.notFound("check", id),
  notFound: (_refused, id) => errors.notFound("check", id),
  idempotencyKeyReused: always(errors.internal),
} satisfies Readonly<Record<CheckRefused, Translate>>;

const gone: Translate = (_refused, id) => errors.notFound("control", id);

export const triggerErrors = {
  noFurtherStep: (_refused, id) => errors.noMoreEvents(id),
  resendTooSoon: always(errors.throttled),
  sendLimitReached: byLimit,
  recipientLocked: always(errors.throttled),
  deliveryCongested: always(errors.throttled),
  rateLimited: byReason,
  numberNotAllowed: byReason,
  expired: gone,
  exhausted: gone,
  settled: gone,
  notFound: gone,
  idempotencyKeyReused: always(errors.internal),
} satisfies Readonly<Record<SendRefused, Translate>>;

export const cancelErrors = {
  cancelRefused: ({ cancelFromSeconds }, id) =>
    cancelFromSeconds === undefined ? errors.cancelTooLate(id) : errors.cancelTooEarly(id, cancelFromSeconds),
  expired: gone,
  exhausted: gone,
  settled: gone,
  notFound: gone,
  idempotencyKeyReused: always(errors.internal),
} satisfies Readonly<Record<CancelRefused, Translate>>;

type AtTheDoor = (call: VerifyCall) => VonageError;

/** What is refused before, or beside, any verb. */
export const problemErrors = {
  unauthorized: (call) => errors.credentials(call),
  forbidden: () => errors.barred,
  throttled: () => errors.throttled,
  unreadable: () => errors.invalid("request"),
  notFound: () => errors.invalid("request"),
  unavailable: () => errors.internal,
  fault: () => errors.internal,
} satisfies Readonly<Record<ProblemKind, AtTheDoor>>;
