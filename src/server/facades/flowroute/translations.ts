import type { ProblemKind } from "../problem-kinds.ts";
import type { MessageRefused, NumberRefused, Refused } from "../refusals.ts";
import { errors, type FlowrouteError } from "./errors.ts";

/** Which of the vendor's APIs is spoken. The first one answers differently. */
export type Version = "v2" | "v2.1" | "v2.2";

type Translate = (refused: Refused, version: Version, now: number) => FlowrouteError;

const limited: Translate = ({ retryAt, detail }, _version, now) =>
  errors.tooMany(
    detail ?? "This has to wait before it may be tried again.",
    retryAt === undefined ? undefined : Math.ceil((retryAt - now) / 1_000),
  );

/** Time does not help; a client that repeated it would be refused again. */
const denied: Translate = ({ detail = "Nothing is sent to this number." }, version) =>
  version === "v2" ? errors.forbidden(detail) : errors.unprocessable(detail);

const badNumber: Translate = ({ detail = "This is no phone number." }, version) =>
  version === "v2" ? errors.badNumber(detail) : errors.unprocessable(detail);

/** What is known of a number, or held against it. */
const numberErrors = {
  range_denied: denied,
  type_denied: denied,
  type_denied_by_policy: denied,
  landline_sms: denied,
  country_not_allowed: denied,
  number_denied: denied,
  price_above_limit: denied,
  text_first: denied,
  recipient_opted_out: denied,
  velocity: limited,
  proof_needed: limited,
  signal_unreadable: limited,
  calls_of_day: limited,
  money_of_day: limited,
  money_of_hour: limited,
} satisfies Readonly<Record<NumberRefused, Translate>>;

const byReason: Translate = (refused, version, now) => {
  const translate = (numberErrors as Readonly<Record<string, Translate>>)[refused.reason ?? ""] ?? denied;
  return translate(refused, version, now);
};

const byField: Translate = ({ field = "", detail = "is wrong" }) => {
  const names: Readonly<Record<string, string>> = { text: "body", "receipts.url": "dlr_callback" };
  const text = `${names[field] ?? field} ${detail}`;
  return field === "from" ? errors.forbidden(text) : errors.unprocessable(text);
};

export const messageErrors = {
  numberInvalid: badNumber,
  numberNotAllowed: byReason,
  requestInvalid: byField,
  serviceNotFound: () => errors.internal,
  sendLimitReached: limited,
  deliveryCongested: limited,
  rateLimited: byReason,
  idempotencyKeyReused: () => errors.unprocessable("This Idempotency-Key was used for another message."),
  notFound: () => errors.notFound,
} satisfies Readonly<Record<MessageRefused, Translate>>;

/** What is refused before, or beside, any verb. */
export const problemErrors = {
  unauthorized: errors.unauthorized,
  forbidden: errors.forbidden("You do not have permission to access this resource."),
  throttled: errors.tooMany("Too many requests.", 1),
  unreadable: errors.bad("The request cannot be read."),
  notFound: errors.notFound,
  unavailable: errors.unavailable,
  fault: errors.internal,
} satisfies Readonly<Record<ProblemKind, FlowrouteError>>;
