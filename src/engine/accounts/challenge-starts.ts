import {
  type Authenticator,
  askedFirst,
  type Challenge,
  type ChallengeOutcome,
  choicesOf,
  confirmed,
  lockedUntil,
  loginPurpose,
  newChallenge,
  type PhoneAuthenticator,
  type Proof,
  type Session,
  type Subscriber,
} from "../../accounts/index.ts";
import { uuidv7 } from "../../clock/index.ts";
import { key, type Write } from "../../store/index.ts";
import type { StartOutcome } from "../../verification/index.ts";
import { type PaymentInput, parsePayment } from "../payment.ts";
import type { Beside } from "../transaction.ts";
import type { VerificationView } from "../view.ts";
import { isOpenedBy, readBearer } from "./bearers.ts";
import { type Holder, holderOf, type Told } from "./challenges.ts";
import { remembering } from "./notices.ts";
import { type AccountParts, addressIn } from "./parts.ts";
import { type CodeText, isPassing, remembered, type SendRefusal, sendCode, startedId } from "./sending.ts";
import { findSubscriber, type SubscriberRef } from "./subscribers.ts";
import { useTrustedDevice } from "./trusted-devices.ts";
import {
  type AuthenticatorView,
  type ChallengeView,
  type TrustedDeviceView,
  toAuthenticatorView,
  toChallengeView,
} from "./views.ts";

/** A code that a challenge is to be started with. */
export interface SendAtOnce {
  /**
   * Whether a code is sent at once to the phone that is asked for first: the preferred authenticator, or the only one
   * beside recovery codes. Where that is no phone, nothing is sent.
   */
  readonly send?: boolean | undefined;
  /** Which phone it goes to instead. */
  readonly authenticatorId?: string | undefined;
  /** Without it: as its owner wants it, by text where they said nothing. */
  readonly channel?: "sms" | "voice" | undefined;
  readonly text?: CodeText | undefined;
}

export type StartChallenge = SubscriberRef &
  Holder &
  SendAtOnce &
  PaymentInput & {
    /** What the approval is for; `manage` allows to change authenticators. Default `login`. */
    readonly purpose?: string | undefined;
    /** Whether the application has checked a password of its own: the assurance then counts it. */
    readonly passwordChecked?: boolean | undefined;
    /** What a trusted device presents: at a sign-in with a checked password, nothing more is asked of it. */
    readonly trustedDevice?: string | undefined;
  };

export interface ChallengeStarted {
  readonly outcome: "challengeStarted";
  readonly challenge: ChallengeView;
  readonly authenticators: readonly AuthenticatorView[];
  /** The phone that a code is on its way to, and its verification; both null where none was sent. */
  readonly authenticatorId: string | null;
  readonly verification: VerificationView | null;
}

export type StartChallengeResult =
  | ChallengeStarted
  /** The password is enough on this device: there is no challenge. */
  | { readonly outcome: "deviceTrusted"; readonly subscriberId: string; readonly device: TrustedDeviceView }
  /** Unknown, or without any authenticator: there is nothing to ask for. */
  | { readonly outcome: "subscriberNotFound" }
  | { readonly outcome: "notEnrolled" }
  | { readonly outcome: "sessionInvalid" }
  /** Amount or payee cannot be shown and compared as they are. */
  | { readonly outcome: "requestInvalid"; readonly field: string; readonly detail: string }
  /** Why no code could be sent: then there is no challenge either. */
  | Told<
      Extract<
        ChallengeOutcome,
        { readonly type: "subscriberLocked" | "authenticatorNotFound" | "authenticatorDisabled" }
      >
    >
  | SendRefusal;

export async function startChallenge(
  parts: AccountParts,
  request: StartChallenge,
): Promise<StartChallengeResult> {
  const { tenantId, purpose = loginPurpose } = request;
  const subscriber = await findSubscriber(parts, request);
  if (subscriber === undefined) return { outcome: "subscriberNotFound" };
  const payment = parsePayment(request);
  if (payment !== null && "problem" in payment) {
    return await refuse(parts, payment.field, payment.problem);
  }
  if (request.send !== true && (request.authenticatorId ?? request.channel) !== undefined) {
    const detail = "must be true where `authenticatorId` or `channel` says where a code goes";
    return await refuse(parts, "send", detail);
  }
  const now = parts.clock.now();
  const choices = choicesOf(subscriber, { payment }, now);
  if (choices.length === 0) return { outcome: whyNothing(subscriber, now) };
  const session = await ownSession(parts, request, subscriber);
  if (session === null) return { outcome: "sessionInvalid" };
  const vouched: Proof[] =
    request.passwordChecked === true ? [{ kind: "password", authenticatorId: null, at: now }] : [];
  const isSignIn =
    purpose === loginPurpose && vouched.length > 0 && request.session === undefined && payment === null;
  if (isSignIn && request.trustedDevice !== undefined) {
    const device = await useTrustedDevice(parts, subscriber.id, request.trustedDevice);
    if (device !== null) return { outcome: "deviceTrusted", subscriberId: subscriber.id, device };
  }
  const phone = phoneOf(subscriber, choices, request, now);
  if ("outcome" in phone) return phone;
  const row = newChallenge(
    {
      id: uuidv7(now, parts.random),
      tenantId,
      subscriberId: subscriber.id,
      purpose,
      binding: holderOf(parts, tenantId, request),
      payment,
      earlier: session?.proofs ?? vouched,
    },
    now,
  );
  const { to } = phone;
  const number = to === null ? undefined : addressIn(parts, tenantId, to);
  const authenticators = choices.map((one) =>
    toAuthenticatorView(parts, subscriber, one, one === to ? number : undefined),
  );
  const beginning = { subscriber, row, authenticators };
  if (to !== null) return await startWithCode(parts, beginning, to, { ...request, number });
  // Nobody else knows its id: there is nothing to lock.
  return await parts.decide<StartChallengeResult>([], () => planStarted(beginning, null));
}

/**
 * `notEnrolled` sends people to enrol, and an application where second factors are optional lets them in. It is said of
 * nobody who has something that is disabled, or that cannot show a payment.
 */
function whyNothing(
  subscriber: Subscriber,
  now: number,
): "notEnrolled" | "authenticatorDisabled" | "authenticatorNotFound" {
  const all = confirmed(subscriber, now);
  if (all.length === 0) return "notEnrolled";
  return all.every(({ disabledAt }) => disabledAt !== null)
    ? "authenticatorDisabled"
    : "authenticatorNotFound";
}

/** A request that is refused before anything is looked at; a repeat of it is answered the same. */
async function refuse(parts: AccountParts, field: string, detail: string): Promise<StartChallengeResult> {
  return await remembering<StartChallengeResult>(parts, { outcome: "requestInvalid", field, detail });
}

/** The session that was named, which has to be theirs; undefined where none was, and null for any other. */
async function ownSession(
  parts: AccountParts,
  request: StartChallenge,
  subscriber: Subscriber,
): Promise<Session | null | undefined> {
  if (request.session === undefined) return undefined;
  const presented = readBearer(request.session);
  if (presented?.state !== "active") return null;
  const session = await parts.store.get(key("session", presented.id));
  const isOurs =
    isOpenedBy(session, presented, subscriber, request.tenantId, parts.clock.now()) &&
    session.subscriberId === subscriber.id;
  return isOurs ? session : null;
}

type Refused = Extract<
  StartChallengeResult,
  { readonly outcome: "subscriberLocked" | "authenticatorNotFound" | "authenticatorDisabled" }
>;

/** Which phone a code goes to at once; null for none, and why there cannot be one. */
function phoneOf(
  subscriber: Subscriber,
  choices: readonly Authenticator[],
  { send, authenticatorId }: SendAtOnce,
  now: number,
): { readonly to: PhoneAuthenticator | null } | Refused {
  if (send !== true) return { to: null };
  const asked =
    authenticatorId === undefined
      ? askedFirst(subscriber, choices)
      : confirmed(subscriber, now).find(({ id }) => id === authenticatorId);
  if (authenticatorId !== undefined && asked?.type !== "phone") return { outcome: "authenticatorNotFound" };
  if (asked?.type !== "phone") return { to: null };
  const retryAt = lockedUntil(subscriber.failures, now);
  if (retryAt !== null) return { outcome: "subscriberLocked", retryAt };
  return asked.disabledAt === null ? { to: asked } : { outcome: "authenticatorDisabled" };
}

interface Beginning {
  readonly subscriber: Subscriber;
  readonly row: Challenge;
  readonly authenticators: readonly AuthenticatorView[];
}

function planStarted(
  { row, authenticators }: Beginning,
  authenticatorId: string | null,
): { readonly writes: readonly Write[]; readonly result: ChallengeStarted } {
  return {
    writes: [{ table: "challenge", id: row.id, row }],
    result: {
      outcome: "challengeStarted",
      challenge: toChallengeView(row),
      authenticators,
      authenticatorId,
      verification: null,
    },
  };
}

/** The challenge is written with the verification of its code: both, or neither. */
async function startWithCode(
  parts: AccountParts,
  beginning: Beginning,
  phone: PhoneAuthenticator,
  { channel, text, number }: SendAtOnce & { readonly number: string | undefined },
): Promise<StartChallengeResult> {
  const { recording } = parts;
  const { subscriber, row } = beginning;
  const { purpose, payment } = row;
  // Each run of the decision says anew what came of it.
  const last: { isDecided: boolean; result: ChallengeStarted | null } = { isDecided: false, result: null };
  const beside: Beside<StartOutcome> = {
    keys: recording.keys,
    writes(rows, decided, now) {
      recording.begin(rows);
      last.isDecided = true;
      last.result = null;
      const verificationId = startedId(decided);
      if (verificationId === null) {
        const { type: outcome, ...fields } = decided.outcome;
        const result = { outcome, ...fields };
        return isPassing(result) ? [] : recording.with({ writes: [], result }, now, subscriber.id).writes;
      }
      const sent = { verificationId, authenticatorId: phone.id };
      const { writes, result } = planStarted({ ...beginning, row: { ...row, sent } }, phone.id);
      last.result = result;
      const answer = { ...result, verification: { id: verificationId } };
      return recording.with({ writes, result: answer }, now).writes;
    },
  };
  const known = number === undefined ? {} : { to: number };
  const asked = { before: null, purpose, channel, text, payment, ...known };
  const sent = await sendCode(parts, subscriber, phone, asked, beside);
  if (sent.outcome === "sent" && last.result !== null) {
    return { ...last.result, verification: sent.verification };
  }
  // What is refused before anything is decided is not recorded by what is written beside.
  return last.isDecided ? (sent as SendRefusal) : await remembered(parts, sent as SendRefusal);
}
