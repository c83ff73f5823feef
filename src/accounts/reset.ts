import { recovered } from "./recovery.ts";
import type { Reset, Subscriber } from "./subscriber.ts";

export const resetLifetimeMs = 3_600_000;

/** A new reset takes the place of the one before. */
export function withReset(subscriber: Subscriber, reset: Reset): Subscriber {
  return { ...subscriber, reset, updatedAt: reset.startedAt };
}

/** Whether what was presented is the reset that is on its way. */
export function isResetOpen({ reset }: Subscriber, digest: string, now: number): boolean {
  return (
    reset !== undefined &&
    reset.digest === digest &&
    now < reset.endsAt &&
    now >= reset.startedAt - resetLifetimeMs
  );
}

/**
 * The person begins anew: with a password of their own and nothing enrolled. Their e-mail addresses stay, since
 * nobody signs in with one; whatever could have been another's goes.
 */
export function afterReset(
  subscriber: Subscriber,
  begun: { readonly password: string | null; readonly sessionId: string },
  now: number,
): Subscriber {
  const authenticators = subscriber.authenticators.filter(
    ({ type, confirmedAt, disabledAt }) => type === "email" && confirmedAt !== null && disabledAt === null,
  );
  const { preferredId: _gone, ...rest } = recovered(subscriber, begun, now);
  return { ...rest, authenticators };
}
