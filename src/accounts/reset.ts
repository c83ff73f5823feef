import { recovered, type TakenBack } from "./recovery.ts";
import type { Authenticator, Reset, Subscriber } from "./subscriber.ts";

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
 * Of their e-mail addresses, with which nobody signs in, those stay that an authenticator was shown for, and the one that
 * the link went to; whatever could have been another's goes, and an address that took no more than the password could.
 */
export function staysAfterReset({ reset }: Pick<Subscriber, "reset">, one: Authenticator): boolean {
  return (
    one.type === "email" &&
    one.confirmedAt !== null &&
    one.disabledAt === null &&
    (one.isVouched || one.id === reset?.authenticatorId)
  );
}

/** Whoever has the authority for a reset said whose address it is. */
function vouched({ type }: Authenticator): { readonly isVouched?: true } {
  return type === "email" ? { isVouched: true } : {};
}

/** The person begins anew: with a password of their own, and nothing enrolled but e-mail addresses of theirs. */
export function afterReset(
  subscriber: Subscriber,
  begun: Omit<TakenBack, "stepUp" | "by">,
  now: number,
): Subscriber {
  const { preferredId: _gone, ...rest } = recovered(subscriber, { ...begun, by: "reset", stepUp: null }, now);
  const authenticators = rest.authenticators
    .filter((one) => staysAfterReset(subscriber, one))
    // Who has used the link has proved that they read what goes there.
    .map((one) =>
      one.id === subscriber.reset?.authenticatorId ? { ...one, lastUsedAt: now, ...vouched(one) } : one,
    );
  return { ...rest, authenticators };
}
