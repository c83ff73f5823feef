import type { Proof } from "./assurance.ts";
import { type Challenge, isStepUp } from "./challenge.ts";
import {
  type Authenticator,
  authenticatorsMax,
  hasSecond,
  isEnrolling,
  type Subscriber,
  withAuthenticator,
} from "./subscriber.ts";
import { decideUse, type Use, type UseRefusal } from "./use.ts";

export type EnrolRefusal =
  /** Whoever has an authenticator shows one before another is bound (A-14, T-7). */
  { readonly type: "stepUpRequired" } | { readonly type: "authenticatorsFull"; readonly most: number };

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
  if (hasSecond(subscriber) && !isStepUp(stepUp, subscriber, now)) {
    return { type: "refused", outcome: { type: "stepUpRequired" } };
  }
  const kept = subscriber.authenticators.filter(
    (one) =>
      (one.confirmedAt !== null || isEnrolling(one, now)) &&
      !(asked.type === "recoveryCodes" && one.type === "recoveryCodes"),
  );
  if (kept.length >= authenticatorsMax) {
    return { type: "refused", outcome: { type: "authenticatorsFull", most: authenticatorsMax } };
  }
  return {
    type: "enrolled",
    subscriber: { ...subscriber, authenticators: [...kept, asked], updatedAt: now },
  };
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
  const used = decideUse(subscriber, usable, use, now);
  if (used.outcome.type !== "right") return { subscriber: used.subscriber, outcome: used.outcome };
  const { proof } = used.outcome;
  const proven = used.subscriber.authenticators.find(({ id }) => id === use.authenticatorId) as Authenticator;
  const next: Authenticator =
    proven.type === "phone"
      ? { ...proven, confirmedAt: now, verificationId: null }
      : { ...proven, confirmedAt: now };
  // Whatever else was begun while nothing was enrolled was begun without a step-up, perhaps by somebody else.
  const kept = hasSecond(subscriber)
    ? used.subscriber
    : {
        ...used.subscriber,
        authenticators: used.subscriber.authenticators.filter(({ id }) => id === next.id),
      };
  return { subscriber: withAuthenticator(kept, next, now), outcome: { type: "confirmed", proof } };
}

export type RemoveDecision =
  | { readonly type: "removed"; readonly subscriber: Subscriber }
  | {
      readonly type: "refused";
      readonly outcome: { readonly type: "stepUpRequired" | "authenticatorNotFound" };
    };

/** What was never confirmed protects nothing and goes without a step-up. */
export function decideRemove(
  subscriber: Subscriber,
  id: string,
  stepUp: Challenge | undefined,
  now: number,
): RemoveDecision {
  const found = subscriber.authenticators.find((one) => one.id === id);
  if (found === undefined) return { type: "refused", outcome: { type: "authenticatorNotFound" } };
  if (found.confirmedAt !== null && !isStepUp(stepUp, subscriber, now)) {
    return { type: "refused", outcome: { type: "stepUpRequired" } };
  }
  const authenticators = subscriber.authenticators.filter((one) => one.id !== id);
  return { type: "removed", subscriber: { ...subscriber, authenticators, updatedAt: now } };
}
