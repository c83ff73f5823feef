import { answerFor, deniedOrLimited } from "../by-reason.ts";
import type { ProblemKind } from "../problem-kinds.ts";
import type { CheckRefused, MessageRefused, Refused, StartRefused } from "../refusals.ts";
import { errors, type TelnyxError } from "./errors.ts";

type Translate = (refused: Refused, now: number) => TelnyxError;

/** What a client must not repeat by itself: it would wait longer than a person does, and be refused again. */
const limited: Translate = ({ retryAt, detail }, now) =>
  errors.tooMany({
    detail: detail ?? "This phone number has to wait before it may be tried again.",
    ...(retryAt === undefined ? {} : { retryAfterSeconds: Math.ceil((retryAt - now) / 1_000) }),
    shouldRetry: false,
  });

const denied: Translate = ({ detail }) =>
  errors.bad({ pointer: "/phone_number", detail: detail ?? "Nothing is sent to this phone number." });

const numberErrors = deniedOrLimited(denied, limited);

const byReason: Translate = (refused, now) => answerFor(numberErrors, refused.reason, denied)(refused, now);

/** Our names of what a start says, as the vendor's clients know them. */
const pointerOf: Readonly<Record<string, string>> = {
  code: "/custom_code",
  codeLength: "/verify_profile_id",
  checksMax: "/verify_profile_id",
  codeLifetimeSeconds: "/timeout_secs",
  workflow: "/timeout_secs",
  brand: "/verify_profile_id",
  locale: "/verify_profile_id",
};

const byField: Translate = ({ field = "", detail }) => {
  const pointer = pointerOf[field];
  const what = detail === undefined ? {} : { detail: `${field} ${detail}` };
  return errors.bad({ ...what, ...(pointer === undefined ? {} : { pointer }) });
};

export const startErrors = {
  numberInvalid: () => errors.phoneNumber,
  numberNotAllowed: byReason,
  requestInvalid: byField,
  serviceNotFound: () => errors.notFound({ pointer: "/verify_profile_id" }),
  recipientLocked: limited,
  sendLimitReached: limited,
  deliveryCongested: limited,
  rateLimited: byReason,
  verificationPending: () =>
    errors.bad({ detail: "A verification of this phone number is pending.", pointer: "/phone_number" }),
  // No request of this vendor has an Idempotency-Key that we know of.
  idempotencyKeyReused: () => errors.unexpected,
} satisfies Readonly<Record<StartRefused, Translate>>;

/** The same of a text of the caller's own: what is wrong is about its receiver. */
const aboutReceiver =
  (translate: Translate): Translate =>
  (refused, now) => {
    const error = translate(refused, now);
    return error.pointer === "/phone_number" ? { ...error, pointer: "/to" } : error;
  };

const messagePointers: Readonly<Record<string, string>> = { text: "/text", from: "/from" };

const byMessageField: Translate = ({ field = "", detail = "is wrong" }) => {
  if (field === "receipts.url") return errors.url({ pointer: "/webhook_url", detail: `It ${detail}.` });
  const pointer = messagePointers[field];
  return errors.bad({ detail: `${field} ${detail}.`, ...(pointer === undefined ? {} : { pointer }) });
};

export const messageErrors = {
  numberInvalid: ({ detail }) => ({
    ...errors.phoneNumber,
    pointer: "/to",
    ...(detail === undefined ? {} : { detail }),
  }),
  numberNotAllowed: aboutReceiver(byReason),
  requestInvalid: byMessageField,
  serviceNotFound: () => errors.unexpected,
  sendLimitReached: limited,
  deliveryCongested: limited,
  rateLimited: byReason,
  idempotencyKeyReused: () => errors.bad({ detail: "This Idempotency-Key was used for another message." }),
  notFound: () => errors.noRoute,
} satisfies Readonly<Record<MessageRefused, Translate>>;

/** Whether a refused check is an answer, as a wrong code is to this vendor, or an error. */
export const checkErrors = {
  codeMismatch: null,
  codeMalformed: null,
  codeExpired: null,
  expired: null,
  exhausted: null,
  settled: null,
  notFound: () => errors.notFound({ parameter: "verification_id" }),
  recipientLocked: limited,
  idempotencyKeyReused: () => errors.unexpected,
} satisfies Readonly<Record<CheckRefused, Translate | null>>;

/** What is refused before, or beside, any verb. */
export const problemErrors = {
  unauthorized: errors.authentication,
  forbidden: errors.authorization,
  throttled: errors.tooMany({ retryAfterSeconds: 1 }),
  unreadable: errors.bad({ detail: "The request cannot be read." }),
  notFound: errors.noRoute,
  unavailable: errors.unavailable,
  fault: errors.unexpected,
} satisfies Readonly<Record<ProblemKind, TelnyxError>>;
