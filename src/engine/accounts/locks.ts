import { type Failures, lockedUntil } from "../../accounts/index.ts";
import { key } from "../../store/index.ts";
import type { AccountParts } from "./parts.ts";
import { findSubscriber, type SubscriberRef } from "./subscribers.ts";

/** Until when nothing is compared for somebody, in milliseconds since the epoch; null where it is. */
export interface LocksView {
  /** Passwords from devices that never signed in. */
  readonly passwordUntil: number | null;
  /** Passwords from one that did; the last of them to be open again. */
  readonly knownDeviceUntil: number | null;
  /** Whatever they enrolled. */
  readonly authenticatorsUntil: number | null;
  /** Proofs of a recovery. */
  readonly recoveryUntil: number | null;
}

/** Why somebody cannot get in now, for whoever helps them; null where there is nobody. */
export async function getLocks(parts: AccountParts, ref: SubscriberRef): Promise<LocksView | null> {
  const subscriber = await findSubscriber(parts, ref);
  if (subscriber === undefined) return null;
  const name = await parts.store.get(key("subscriberName", subscriber.nameId));
  const now = parts.clock.now();
  const until = (failures: Failures | undefined): number | null =>
    failures === undefined ? null : lockedUntil(failures, now);
  return {
    passwordUntil: until(name?.strangers),
    knownDeviceUntil: latest((name?.devices ?? []).map(({ failures }) => until(failures))),
    authenticatorsUntil: until(subscriber.failures),
    recoveryUntil: until(subscriber.recoveryFailures),
  };
}

function latest(instants: readonly (number | null)[]): number | null {
  return instants.reduce((last, one) => (last === null || (one ?? 0) > last ? one : last), null);
}
