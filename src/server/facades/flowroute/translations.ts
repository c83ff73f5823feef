import { answerFor, deniedOrLimited } from "../by-reason.ts";
import type { ProblemKind } from "../problem-kinds.ts";
import type { MessageRefused, Refused } from "../refusals.ts";
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

const numberErrors = deniedOrLimited(denied, limited);

const byReason: Translate = (refused, version, now) =>
  answerFor(numberErrors, refused.reason, denied)(refused, version, now);

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
