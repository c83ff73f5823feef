import type { Proof, ProofKind } from "./assurance.ts";
import { noFailures } from "./budget.ts";
import { type Challenge, challengeLifetimeMs, managePurpose } from "./challenge.ts";
import {
  type Authenticator,
  isKept,
  onlyConfirmed,
  type Subscriber,
  staying,
  voidPassword,
  wrongInRowMax,
} from "./subscriber.ts";
import { decideUse, type Use, type UseDecision } from "./use.ts";

/** By what somebody may recover; which of them a subscriber has is told to nobody. */
export type RecoveryMethod = "recoveryCode" | "email" | "phone" | "totp" | "password" | "passkey";

export const recoveryWrongMax = 5;
/** How long one has to find a second proof, and to complete it after that. */
export const recoveryLifetimeMs = 1_800_000;

const methodOf: Readonly<Record<ProofKind, RecoveryMethod | null>> = {
  recoveryCode: "recoveryCode",
  email: "email",
  // A text and a call go to the same phone, and two phones are reached by the same network.
  sms: "phone",
  voice: "phone",
  totp: "totp",
  password: "password",
  passkey: "passkey",
  // It stands for a sign-in of earlier days, and proves nothing of today.
  trustedDevice: null,
};

/**
 * Whether these proofs give an account back (L-5, 63B-4 4.2.2.2): two recovery codes that were got in different ways,
 * saved, by e-mail, by phone; or one of them and an authenticator; or a passkey, which is two things by itself. Never
 * the telephone alone, however often.
 */
export function isEnough(proofs: readonly Proof[]): boolean {
  const methods = new Set(methodsOf(proofs));
  if (methods.has("passkey")) return true;
  const codes = [...methods].filter((one) => codesOf.has(one)).length;
  const authenticators = [...methods].filter((one) => authenticatorsOf.has(one)).length;
  return codes >= 2 || (codes >= 1 && authenticators >= 1) || authenticators >= 2;
}

const codesOf: ReadonlySet<RecoveryMethod> = new Set(["recoveryCode", "email", "phone"]);
const authenticatorsOf: ReadonlySet<RecoveryMethod> = new Set(["totp", "password"]);

export function newRecovery(
  fields: Pick<Challenge, "id" | "tenantId" | "subscriberId" | "binding">,
  now: number,
): Challenge {
  return {
    ...fields,
    purpose: "recover",
    payment: null,
    earlier: [],
    sent: null,
    passkey: null,
    createdAt: now,
    endsAt: now + recoveryLifetimeMs,
    status: "pending",
    settledAt: null,
    proof: null,
    recovery: { wrong: 0, email: null },
  };
}

/**
 * Of the proofs of a recovery, those that would still be proofs now: what was removed, disabled or replaced since, or a
 * password that was changed, may be just what somebody else had.
 */
export function standing(
  proofs: readonly Proof[],
  { passwordChangedAt = 0 }: Pick<Subscriber, "passwordChangedAt">,
  usable: readonly Pick<Authenticator, "id" | "disabledAt">[],
): readonly Proof[] {
  const ids = new Set(usable.filter(({ disabledAt }) => disabledAt === null).map(({ id }) => id));
  return proofs.filter(({ kind, authenticatorId, at }) =>
    kind === "password" ? at >= passwordChangedAt : authenticatorId !== null && ids.has(authenticatorId),
  );
}

/** Whether anything comes of a recovery yet. */
export function isRecovering(challenge: Challenge, now: number): boolean {
  const { status, recovery, endsAt, createdAt } = challenge;
  const isInTime = now < endsAt && now >= createdAt - challengeLifetimeMs;
  return status === "pending" && isInTime && recovery !== undefined && recovery.wrong < recoveryWrongMax;
}

/** One wrong answer; the last one it may have ends it. */
export function withWrong(challenge: Challenge, now: number): Challenge {
  const { recovery } = challenge;
  if (recovery === undefined) return challenge;
  const wrong = recovery.wrong + 1;
  const next = { ...challenge, recovery: { ...recovery, wrong } };
  return wrong < recoveryWrongMax ? next : { ...next, status: "canceled", settledAt: now, sent: null };
}

/** One right answer: approved as soon as they are enough. */
export function withProof(challenge: Challenge, proof: Proof, now: number): Challenge {
  const others = challenge.earlier.filter(({ kind }) => methodOf[kind] !== methodOf[proof.kind]);
  const earlier = [...others, proof];
  if (!isEnough(earlier)) return { ...challenge, earlier };
  return { ...challenge, earlier, status: "approved", settledAt: now, proof, sent: null };
}

/** By what somebody was proved to be whom they say. */
export function methodsOf(proofs: readonly Proof[]): readonly RecoveryMethod[] {
  return [...new Set(proofs.map(({ kind }) => methodOf[kind]))].filter((one) => one !== null);
}

/** A recovery that is through allows to change authenticators, once, and is over as a recovery. */
export function completed(challenge: Challenge, now: number): Challenge {
  const { recovery: _over, ...rest } = challenge;
  return { ...rest, purpose: managePurpose, settledAt: now };
}

/** Whether enough was shown, and nobody made use of it yet. */
export function isRecoverable({ status, recovery, endsAt }: Challenge, now: number): boolean {
  return status === "approved" && recovery !== undefined && now < endsAt;
}

/**
 * Whether the account was taken back since it began, by "this was not me", a reset or another recovery: what was shown
 * before may have been shown by whoever was thrown out.
 */
export function isOvertaken({ createdAt, earlier }: Challenge, { sessionsEnded }: Subscriber): boolean {
  if (sessionsEnded === undefined) return false;
  // It began by the clock of a node; what was shown is of the same clock as the end.
  return createdAt <= sessionsEnded.at || earlier.some(({ at }) => at <= sessionsEnded.at);
}

/** Whether a proof of this kind may count at all: a password that may be another's counts for nothing. */
export function mayProve({ frozenAt }: Subscriber, method: RecoveryMethod): boolean {
  return method !== "password" || frozenAt === undefined;
}

/** With what an account is taken back. */
export interface TakenBack {
  readonly by: "recovery" | "reset";
  /** The hash of a new one; null where the old one stays. */
  readonly password: string | null;
  /** The session that begins with it. */
  readonly sessionId: string;
  /** The challenge that allows changes from now on; null where nothing is enrolled that it would take one for. */
  readonly stepUp: string | null;
  /** Links of notices made until then are void: some went to addresses that took no more than a password. */
  readonly linksUntil: number;
}

/** A new password, an end to all sessions and step-ups but those that begin with it, and changes are open again. */
export function recovered(
  subscriber: Subscriber,
  { by, password, sessionId, stepUp, linksUntil }: TakenBack,
  now: number,
): Subscriber {
  const {
    frozenAt: _thawed,
    reset: _void,
    recoveryFailures: _over,
    recoveryUses: _used,
    replacedCodes: _gone,
    ...rest
  } = subscriber;
  return {
    ...rest,
    // What was begun before may have been begun by whoever was thrown out.
    // What was to go stays: that may have been begun by them as well.
    authenticators: onlyConfirmed(subscriber).map((one) => (isKept(one, now) ? staying(one) : one)),
    ...(password === null ? {} : { password, passwordChangedAt: now }),
    sessionsEnded: { at: now, but: sessionId },
    stepUpsEnded: { at: now, but: stepUp },
    linksEndedAt: linksUntil,
    takenBack: { at: now, by },
    updatedAt: now,
  };
}

/** What became of an account, for those who must know that somebody else may have been in it. */
export type AccountEvent = "disputed" | "recovered" | "reset";

const eventOf: Readonly<Record<TakenBack["by"], AccountEvent>> = { recovery: "recovered", reset: "reset" };

/** What a change of a subscriber's row is; null for all others. */
export function accountEventOf(was: Subscriber, is: Subscriber): AccountEvent | null {
  const { disputedAt, takenBack } = is;
  if (disputedAt !== undefined && disputedAt !== was.disputedAt) return "disputed";
  if (takenBack !== undefined && takenBack.at !== was.takenBack?.at) return eventOf[takenBack.by];
  return null;
}

/**
 * One use of one of `usable` for a recovery. Whoever knows a name can guess here, so guesses are counted apart from those
 * at a challenge: they lock and disable nothing that its owner signs in with. A right one of another kind takes none of
 * them back, and after as many wrong ones as disable an app elsewhere (T-5) no app proves anything here, until its owner
 * has used something rightly.
 */
export function decideRecoveryUse(
  subscriber: Subscriber,
  usable: readonly Authenticator[],
  use: Use,
  now: number,
): UseDecision {
  const { failures, recoveryFailures = noFailures } = subscriber;
  if (use.type === "totp" && recoveryFailures.inRow >= wrongInRowMax.totp) {
    return { subscriber, outcome: { type: "authenticatorDisabled" } };
  }
  if (
    use.type === "passkey" &&
    !usable.some((one) => one.id === use.authenticatorId && isOwners(subscriber, one))
  ) {
    return { subscriber, outcome: { type: "authenticatorNotFound" } };
  }
  const used = decideUse({ ...subscriber, failures: recoveryFailures }, usable, use, now);
  const isRight = used.outcome.type === "right";
  if (isRight) return { ...used, subscriber: { ...used.subscriber, failures, recoveryFailures } };
  if (used.outcome.type !== "codeMismatch") return { ...used, subscriber };
  return { ...used, subscriber: { ...subscriber, recoveryFailures: used.subscriber.failures } };
}

/** How long before somebody said "this was not me" it may have begun. */
export const doubtedMs = 604_800_000;

/**
 * A passkey is enough alone: one that was added shortly before its owner stopped all changes may be the very thing that
 * was not them.
 */
function isOwners({ frozenAt }: Subscriber, { confirmedAt }: Authenticator): boolean {
  return frozenAt === undefined || (confirmedAt !== null && confirmedAt < frozenAt - doubtedMs);
}

/** Whether the old password is no way in any more, so that a recovery must set a new one. */
export function needsPassword({ password }: Subscriber): boolean {
  return password === voidPassword;
}
