import { type Challenge, isStepUp } from "./challenge.ts";
import { hasSecond, onlyConfirmed, type Subscriber } from "./subscriber.ts";

export type PasswordChangeRefusal =
  /** Whoever has an authenticator shows it before the password changes (A-14, P-6). */
  | { readonly type: "stepUpRequired" }
  /** Somebody said that a change was not theirs: nothing is changed before a recovery or a reset. */
  | { readonly type: "changesFrozen" }
  /** Without one, the password that is to go is asked for; while it was not given, or is another. */
  | { readonly type: "signInRefused" };

export interface PasswordChange {
  /** The hash of the new one. */
  readonly password: string;
  readonly stepUp: Challenge | undefined;
  /** Whether the password that is to go was given. */
  readonly knowsCurrent: boolean;
  /** The session that asks for it, which goes on. */
  readonly sessionId: string | null;
}

/** A new password ends every session but the one that asked for it, and every step-up but the one that was shown for it. */
export function decidePasswordChange(
  subscriber: Subscriber,
  { password, stepUp, knowsCurrent, sessionId }: PasswordChange,
  now: number,
):
  | { readonly type: "changed"; readonly subscriber: Subscriber }
  | { readonly type: "refused"; readonly outcome: PasswordChangeRefusal } {
  if (subscriber.frozenAt !== undefined) return { type: "refused", outcome: { type: "changesFrozen" } };
  const isShown = isStepUp(stepUp, subscriber, now);
  if (hasSecond(subscriber, now)) {
    if (!isShown) return { type: "refused", outcome: { type: "stepUpRequired" } };
  } else if (subscriber.password !== null && !knowsCurrent) {
    return { type: "refused", outcome: { type: "signInRefused" } };
  }
  return {
    type: "changed",
    subscriber: {
      ...subscriber,
      authenticators: onlyConfirmed(subscriber),
      password,
      sessionsEnded: { at: now, but: sessionId },
      stepUpsEnded: { at: now, but: isShown ? (stepUp?.id ?? null) : null },
      passwordChangedAt: now,
      updatedAt: now,
    },
  };
}
