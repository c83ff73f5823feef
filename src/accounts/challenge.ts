import type { Payment } from "../verification/index.ts";
import { type Assurance, assuranceOf, type Proof } from "./assurance.ts";
import { isAsked } from "./passkey.ts";
import { type Authenticator, confirmed, type PasskeyRequest, type Subscriber } from "./subscriber.ts";
import { decideUse, type Use, type UseRefusal } from "./use.ts";

/** A request to use an authenticator: at sign-in, or as a step-up before something sensitive. */
export interface Challenge {
  readonly id: string;
  readonly tenantId: string;
  readonly subscriberId: string;
  /** What the approval is for: `login`, `manage`, or a word of the application. */
  readonly purpose: string;
  /** Keyed digest of the session, ours or the application's, that it was started from; only that one may go on. */
  readonly binding: string | null;
  /** What it approves the payment of, in canonical form; null where nothing is paid. */
  readonly payment: Payment | null;
  /** What was shown before: a password, or what the session rests on. */
  readonly earlier: readonly Proof[];
  /** The verification on its way to one of their phones. */
  readonly sent: SentCode | null;
  /** What a passkey was asked to sign, last; null once that was answered. */
  readonly passkey: PasskeyRequest | null;
  readonly createdAt: number;
  readonly endsAt: number;
  readonly status: "pending" | "approved" | "canceled";
  readonly settledAt: number | null;
  /** What approved it. */
  readonly proof: Proof | null;
  /** Of a recovery: it wants more than one proof, which are gathered in `earlier`. Absent for a plain challenge. */
  readonly recovery?: RecoveryState;
}

/** What a recovery keeps beside the proofs that were shown. */
export interface RecoveryState {
  /** Wrong answers in this recovery, also where nobody is behind it. */
  readonly wrong: number;
  /** The verification on its way to an e-mail address; that to a phone is in `sent`. */
  readonly email: SentCode | null;
}

export interface SentCode {
  readonly verificationId: string;
  readonly authenticatorId: string;
}

export const challengeLifetimeMs = 600_000;
/** How long an approval is a step-up for changing authenticators. */
export const stepUpLifetimeMs = 600_000;
/** The purpose of a challenge that is part of a sign-in. */
export const loginPurpose = "login";
/** The purpose of a challenge that allows to change authenticators. */
export const managePurpose = "manage";

export type ChallengeOutcome =
  | { readonly type: "approved"; readonly assurance: Assurance }
  | UseRefusal
  | { readonly type: "challengeExpired" }
  | { readonly type: "challengeSettled"; readonly status: "approved" | "canceled" };

export interface ChallengeState {
  readonly subscriber: Subscriber;
  readonly challenge: Challenge;
}

export interface ChallengeDecision extends ChallengeState {
  readonly outcome: ChallengeOutcome;
}

export function newChallenge(
  fields: Pick<Challenge, "id" | "tenantId" | "subscriberId" | "purpose" | "binding" | "earlier"> &
    Partial<Pick<Challenge, "payment">>,
  now: number,
): Challenge {
  const endsAt = now + challengeLifetimeMs;
  const { payment = null } = fields;
  return {
    ...fields,
    payment,
    sent: null,
    passkey: null,
    createdAt: now,
    endsAt,
    status: "pending",
    settledAt: null,
    proof: null,
  };
}

/** One use of one authenticator: approves at most once, and counts what was wrong on the subscriber (T-4, L-3). */
export function decideChallenge(
  { subscriber, challenge: found }: ChallengeState,
  use: Use,
  now: number,
): ChallengeDecision {
  const unchanged = (outcome: ChallengeOutcome): ChallengeDecision => ({
    subscriber,
    challenge: found,
    outcome,
  });
  const refused = challengeRefusal(found, now);
  if (refused !== null) return unchanged(refused);
  // One proof settles no recovery.
  if (found.recovery !== undefined) return unchanged({ type: "authenticatorNotFound" });
  if (use.type === "passkey" && !isAsked(found.passkey, use.challenge, now)) {
    return unchanged({ type: "passkeyRefused", reason: "challenge" });
  }
  // Answered once, rightly or not.
  const challenge = use.type === "passkey" ? { ...found, passkey: null } : found;
  const used = decideUse(subscriber, meets(subscriber, challenge, now), use, now);
  if (used.outcome.type !== "right") {
    return { subscriber: used.subscriber, challenge, outcome: used.outcome };
  }
  const { proof } = used.outcome;
  return {
    subscriber: used.subscriber,
    challenge: { ...challenge, status: "approved", settledAt: now, proof, sent: null, passkey: null },
    outcome: { type: "approved", assurance: assuranceOf([...challenge.earlier, proof]) },
  };
}

/**
 * What a challenge can be met with. A payment takes a code that is bound to amount and payee, and that its owner read
 * together with them: only codes that we send are (S-1, S-2).
 */
export function meets(
  subscriber: Subscriber,
  { payment }: Pick<Challenge, "payment">,
  now: number,
): readonly Authenticator[] {
  return confirmed(subscriber, now).filter(({ type }) => payment === null || type === "phone");
}

/** Why nothing more comes of a challenge; null while it is pending. */
export function challengeRefusal(
  challenge: Challenge,
  now: number,
): Extract<ChallengeOutcome, { readonly type: "challengeExpired" | "challengeSettled" }> | null {
  if (challenge.status !== "pending") return { type: "challengeSettled", status: challenge.status };
  return isOver(challenge, now) ? { type: "challengeExpired" } : null;
}

/** A clock that went back does not make it younger: before its beginning it is over, too. */
function isOver({ createdAt, endsAt }: Challenge, now: number): boolean {
  return now >= endsAt || now < createdAt - challengeLifetimeMs;
}

/**
 * Whether this challenge, approved a moment ago, allows its subscriber to change authenticators: of its purpose, its
 * own, with an authenticator rather than with what went before, and since the account was taken back last.
 */
export function isStepUp(challenge: Challenge | undefined, subscriber: Subscriber, now: number): boolean {
  if (challenge?.status !== "approved" || challenge.settledAt === null) return false;
  const { at = 0, but = null } = subscriber.stepUpsEnded ?? {};
  // A clock that went back does not make it younger.
  const ageMs = Math.abs(now - challenge.settledAt);
  return (
    challenge.subscriberId === subscriber.id &&
    challenge.purpose === managePurpose &&
    // What somebody read beside the code was a payment: they approved nothing else (S-1).
    challenge.payment === null &&
    ageMs <= stepUpLifetimeMs &&
    // Begun after it, too: what was begun before may be of whoever was thrown out. It began by the clock of a node, which
    // may be ahead of the one that ended all others; it was approved by that one.
    ((challenge.createdAt > at && challenge.settledAt > at) || challenge.id === but)
  );
}
