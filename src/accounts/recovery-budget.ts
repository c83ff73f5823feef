import type { RecoveryUse, Subscriber } from "./subscriber.ts";

const hourMs = 3_600_000;
const dayMs = 86_400_000;

/**
 * Well below what an address allows in all: whoever knows a name can begin recoveries, and would else take
 * from its owner the messages and the guesses that a sign-in takes.
 */
const most: Readonly<Record<RecoveryUse["what"], { readonly hour: number; readonly day: number }>> = {
  send: { hour: 3, day: 5 },
  check: { hour: 5, day: 10 },
};

/** With one more of them; null where that would be too many of the last hour or the last day. */
export function withRecoveryUse(
  subscriber: Subscriber,
  { type, what }: Pick<RecoveryUse, "type" | "what">,
  now: number,
): Subscriber | null {
  // One of the future is of a clock that went back.
  const lately = (subscriber.recoveryUses ?? []).filter(({ at }) => Math.abs(now - at) < dayMs);
  const same = lately.filter((one) => one.type === type && one.what === what);
  const ofHour = same.filter(({ at }) => Math.abs(now - at) < hourMs);
  if (same.length >= most[what].day || ofHour.length >= most[what].hour) return null;
  return { ...subscriber, recoveryUses: [...lately, { type, what, at: now }] };
}
