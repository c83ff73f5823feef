import { answerFor, deniedOrLimited } from "../by-reason.ts";
import type { ProblemKind } from "../problem-kinds.ts";
import type { MessageRefused, Refused } from "../refusals.ts";

/** How the SMS API says what is wrong: with HTTP 200, in the one entry of its list. */
export interface SmsError {
  readonly status: string;
  readonly text: string;
}

/** An error on its way to the answer. */
export class SmsRefusal extends Error {
  override readonly name = "SmsRefusal";
  readonly error: SmsError;

  constructor(error: SmsError) {
    super(error.text);
    this.error = error;
  }
}

export function refuse(error: SmsError): never {
  throw new SmsRefusal(error);
}

/** The statuses of the SMS API as far as we send them. */
export const errors = {
  throttled: { status: "1", text: "Throughput Rate Exceeded - please wait and retry" },
  missing: (name: string): SmsError => ({ status: "2", text: `Missing ${name} param` }),
  invalid: (name: string, why?: string): SmsError => ({
    status: "3",
    text: why === undefined ? `Invalid ${name} param` : `Invalid ${name} param: ${why}`,
  }),
  credentials: { status: "4", text: "Bad Credentials" },
  internal: { status: "5", text: "Internal Error" },
  barred: (why: string): SmsError => ({ status: "7", text: `Number barred: ${why}` }),
  quota: { status: "9", text: "Partner quota violation" },
  notProvisioned: { status: "11", text: "This key lacks the scope messages:send" },
  tooLong: { status: "12", text: "The message is too long" },
  signature: { status: "14", text: "Invalid Signature" },
  sender: (why: string): SmsError => ({ status: "15", text: `Illegal Sender Address: it ${why}` }),
  callback: (why: string): SmsError => ({ status: "23", text: `Invalid callback URL: it ${why}` }),
  bothProofs: { status: "32", text: "Signature And API Secret Disallowed" },
} as const satisfies Readonly<Record<string, SmsError | ((...args: never[]) => SmsError)>>;

type Translate = (refused: Refused) => SmsError;

const throttled: Translate = () => errors.throttled;
const quota: Translate = () => errors.quota;
/** What the guard holds against a number: time may help or not, but sending it again at once does not. */
const barred: Translate = ({ detail = "nothing is sent to it." }) => errors.barred(detail);

const numberErrors = {
  ...deniedOrLimited(barred, throttled),
  velocity: barred,
  proof_needed: barred,
  money_of_day: quota,
  money_of_hour: quota,
};

const byReason: Translate = (refused) => answerFor(numberErrors, refused.reason, barred)(refused);

const byField: Translate = ({ field = "", detail = "is wrong" }) => {
  if (field === "from") return errors.sender(detail);
  if (field === "receipts.url") return errors.callback(detail);
  if (field === "text" && detail.includes("characters long")) return errors.tooLong;
  const names: Readonly<Record<string, string>> = {
    clientRef: "client-ref",
    "registration.entityId": "entity-id",
    "registration.templateId": "content-id",
  };
  return errors.invalid(names[field] ?? field, detail);
};

export const messageErrors = {
  numberInvalid: () => errors.invalid("to"),
  numberNotAllowed: byReason,
  requestInvalid: byField,
  serviceNotFound: () => errors.internal,
  sendLimitReached: ({ limit }) => (limit === "money" ? errors.quota : errors.throttled),
  deliveryCongested: throttled,
  rateLimited: byReason,
  idempotencyKeyReused: () => errors.invalid("Idempotency-Key"),
  notFound: () => errors.internal,
} satisfies Readonly<Record<MessageRefused, Translate>>;

/** What is refused before, or beside, any verb. */
export const problemErrors = {
  unauthorized: errors.credentials,
  forbidden: errors.notProvisioned,
  throttled: errors.throttled,
  unreadable: errors.invalid("request"),
  notFound: errors.invalid("request"),
  // A status that the vendor's callers know to try again.
  unavailable: errors.internal,
  fault: errors.internal,
} satisfies Readonly<Record<ProblemKind, SmsError>>;
