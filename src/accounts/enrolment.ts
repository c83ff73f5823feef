import type { Proof } from "./assurance.ts";
import { type Challenge, isStepUp } from "./challenge.ts";
import { noticeLifetimeMs } from "./notice.ts";
import { isAsked } from "./passkey.ts";
import {
  type Authenticator,
  authenticatorsMax,
  confirmed,
  hasSecond,
  isEnrolling,
  isKept,
  type Subscriber,
  staying,
  withAuthenticator,
} from "./subscriber.ts";
import { decideUse, type Use, type UseRefusal } from "./use.ts";

export type EnrolRefusal =
  /** Whoever has an authenticator shows one before another is bound (A-14, T-7). */
  | { readonly type: "stepUpRequired" }
  | { readonly type: "authenticatorsFull"; readonly most: number }
  /** Somebody said that a change was not theirs: nothing is changed before a recovery or a reset. */
  | { readonly type: "changesFrozen" };

export type EnrolDecision =
  | { readonly type: "enrolled"; readonly subscriber: Subscriber }
  | { readonly type: "refused"; readonly outcome: EnrolRefusal };

/**
 * Adds an authenticator that is not to be used before it is confirmed. Recovery codes are born confirmed, since they
 * were made here, and replace the ones before (L-3).
 */
export function decideEnrol(
  subscriber: Subscriber,
  asked: Authenticator,
  stepUp: Challenge | undefined,
  now: number,
): EnrolDecision {
  if (subscriber.frozenAt !== undefined) return { type: "refused", outcome: { type: "changesFrozen" } };
  const isVouched = isStepUp(stepUp, subscriber, now);
  if (hasSecond(subscriber, now) && !isVouched) {
    return { type: "refused", outcome: { type: "stepUpRequired" } };
  }
  // Whatever else was begun while nothing was enrolled was begun without a step-up, perhaps by somebody else.
  const isFirst = asked.type === "recoveryCodes" && !hasSecond(subscriber, now);
  const kept = subscriber.authenticators.filter(
    (one) =>
      (one.confirmedAt !== null || (isEnrolling(one, now) && !isFirst)) &&
      isKept(one, now) &&
      !(asked.type === "recoveryCodes" && one.type === "recoveryCodes") &&
      // Asked for again, since the person or the browser said no.
      !(asked.type === "passkey" && one.type === "passkey" && one.confirmedAt === null),
  );
  if (kept.length >= authenticatorsMax) {
    return { type: "refused", outcome: { type: "authenticatorsFull", most: authenticatorsMax } };
  }
  return {
    type: "enrolled",
    subscriber: {
      ...subscriber,
      ...(isFirst ? { linksEndedAt: now } : {}),
      ...(asked.type === "recoveryCodes" ? replacedIn(subscriber, now) : {}),
      authenticators: [...kept, asked.type === "email" ? { ...asked, isVouched } : asked],
      updatedAt: now,
    },
  };
}

/** Of several sets that were made one after the other, the one of before all of them is its owner's for certain. */
function replacedIn(
  { authenticators, replacedCodes }: Subscriber,
  now: number,
): Pick<Subscriber, "replacedCodes"> {
  if (replacedCodes !== undefined && now - replacedCodes.at < noticeLifetimeMs) return {};
  const codes = authenticators.find((one) => one.type === "recoveryCodes" && one.confirmedAt !== null);
  return codes?.type === "recoveryCodes" ? { replacedCodes: { codes, at: now } } : {};
}

export interface ConfirmDecision {
  readonly subscriber: Subscriber;
  readonly outcome: UseRefusal | { readonly type: "confirmed"; readonly proof: Proof };
}

/**
 * One right code of the new authenticator itself makes it usable, never one of another (C-20). The code is used up by
 * it: it does not sign in afterwards (T-4).
 */
export function decideConfirm(subscriber: Subscriber, use: Use, now: number): ConfirmDecision {
  const usable = subscriber.authenticators.filter((one) => isEnrolling(one, now));
  if (use.type === "passkey") {
    const one = usable.find(({ id }) => id === use.authenticatorId);
    if (one?.type === "passkey" && !isAsked(one.request, use.challenge, now)) {
      return { subscriber, outcome: { type: "passkeyRefused", reason: "challenge" } };
    }
  }
  const used = decideUse(subscriber, usable, use, now);
  if (used.outcome.type !== "right") {
    return { subscriber: answered(used.subscriber, use, now), outcome: used.outcome };
  }
  const { proof } = used.outcome;
  const proven = used.subscriber.authenticators.find(({ id }) => id === use.authenticatorId) as Authenticator;
  const next: Authenticator =
    proven.type === "phone" || proven.type === "email"
      ? { ...proven, confirmedAt: now, verificationId: null }
      : { ...proven, confirmedAt: now };
  // As with recovery codes that are the first.
  const isFirst = proven.type !== "email" && !hasSecond(subscriber, now);
  const kept = isFirst
    ? {
        ...used.subscriber,
        // They went to addresses that took no more than a password.
        linksEndedAt: now,
        authenticators: used.subscriber.authenticators.filter(
          ({ id, confirmedAt }) => id === next.id || confirmedAt !== null,
        ),
      }
    : used.subscriber;
  return { subscriber: withAuthenticator(kept, next, now), outcome: { type: "confirmed", proof } };
}

/** What a passkey was asked is answered once, rightly or not. */
function answered(subscriber: Subscriber, use: Use, now: number): Subscriber {
  const one = subscriber.authenticators.find(({ id }) => id === use.authenticatorId);
  if (use.type !== "passkey" || one?.type !== "passkey") return subscriber;
  return withAuthenticator(subscriber, { ...one, request: null }, now);
}

export type RemoveDecision =
  | { readonly type: "removed"; readonly subscriber: Subscriber }
  /** It protects the account: it goes after a wait, unless somebody says that it was not them. */
  | { readonly type: "removing"; readonly subscriber: Subscriber; readonly removesAt: number }
  | {
      readonly type: "refused";
      readonly outcome: { readonly type: "stepUpRequired" | "authenticatorNotFound" | "changesFrozen" };
    };

export interface Removal {
  readonly id: string;
  readonly stepUp: Challenge | undefined;
  /** How long the last one that protects waits before it goes; 0 for not at all. */
  readonly waitMs: number;
}

/** What was never confirmed protects nothing and goes without a step-up. */
export function decideRemove(
  subscriber: Subscriber,
  { id, stepUp, waitMs }: Removal,
  now: number,
): RemoveDecision {
  const refuse = (type: "stepUpRequired" | "authenticatorNotFound" | "changesFrozen"): RemoveDecision => ({
    type: "refused",
    outcome: { type },
  });
  const found = subscriber.authenticators.find((one) => one.id === id);
  if (found === undefined || !isKept(found, now)) return refuse("authenticatorNotFound");
  const isBare = found.confirmedAt === null || (found.type === "email" && !hasSecond(subscriber, now));
  if (subscriber.frozenAt !== undefined) return refuse("changesFrozen");
  if (!isBare && !isStepUp(stepUp, subscriber, now)) return refuse("stepUpRequired");
  if (isBare || waitMs === 0 || !protects(subscriber, found, waitMs, now)) {
    const authenticators = subscriber.authenticators.filter((one) => one.id !== id);
    return { type: "removed", subscriber: { ...subscriber, authenticators, updatedAt: now } };
  }
  const removesAt = found.removesAt ?? now + waitMs;
  return {
    type: "removing",
    subscriber: withAuthenticator(subscriber, { ...found, removesAt }, now),
    removesAt,
  };
}

/** It is wanted after all; whoever waits for it to go waits in vain. */
export function decideKeep(subscriber: Subscriber, id: string, now: number): Subscriber | null {
  const found = subscriber.authenticators.find((one) => one.id === id);
  if (found === undefined || !isKept(found, now)) return null;
  return withAuthenticator(subscriber, staying(found), now);
}

/** Does not rest on the telephone network, and is no list of codes either. */
function isStrong({ type, disabledAt }: Authenticator): boolean {
  return disabledAt === null && type !== "phone" && type !== "email" && type !== "recoveryCodes";
}

/**
 * Whether an account is weaker without it: it is the last of the strong ones, or the last of all. One that was
 * enrolled while the removal would wait does not count: whoever removes another's adds their own before.
 */
function protects(subscriber: Subscriber, found: Authenticator, waitMs: number, now: number): boolean {
  const others = confirmed(subscriber, now).filter(
    (one) => isLeftBeside(found, one) && now - one.confirmedAt >= waitMs,
  );
  if (isStrong(found)) return !others.some(isStrong);
  if (found.disabledAt !== null) return false;
  return isLastWayBack(subscriber, found, waitMs, now) || (found.type === "phone" && others.length === 0);
}

/**
 * Whether nothing else stays that a recovery begins with, and that was there before it or before its removal would wait:
 * somebody who got in for a moment would leave its owner without any way back, and nobody to tell of what comes after
 * (L-5, P-6).
 */
function isLastWayBack(subscriber: Subscriber, found: Authenticator, waitMs: number, now: number): boolean {
  const isOther = (one: Authenticator): boolean =>
    isLeftBeside(found, one) &&
    (now - one.confirmedAt >= waitMs || one.confirmedAt <= (found.confirmedAt ?? 0));
  return isWayBack(found) && !subscriber.authenticators.some((one) => isWayBack(one) && isOther(one));
}

/** Whether this one works on when the other has gone. */
function isLeftBeside(
  found: Authenticator,
  one: Authenticator,
): one is Authenticator & { readonly confirmedAt: number } {
  return (
    one.id !== found.id && one.removesAt === undefined && one.disabledAt === null && one.confirmedAt !== null
  );
}

function isWayBack(one: Authenticator): boolean {
  return one.type === "phone" || one.type === "recoveryCodes" || (one.type === "email" && one.isVouched);
}
