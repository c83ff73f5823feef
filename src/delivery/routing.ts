import { type Channel, type Delivery, triedProviders } from "../verification/index.ts";
import type { Provider } from "./provider.ts";

export interface Route {
  /** Where the delivery goes now; null when nobody is left to ask. */
  readonly provider: Provider | null;
  /** Whether another provider could take it if this one refuses. */
  readonly hasAlternative: boolean;
}

/** When a provider's rate has room for the delivery. */
export type OpensAt = (provider: Provider) => number;

const atOnce: OpensAt = () => Number.NEGATIVE_INFINITY;

/**
 * Picks the provider of the next attempt: one that did not refuse it, and rather one that was not tried yet (D-6);
 * among several the one whose rate has room first, and none whose turn would come after the deadline (D-8).
 */
export function route(
  providers: readonly Provider[],
  channel: Channel,
  delivery: Delivery,
  opensAt: OpensAt = atOnce,
  now = 0,
): Route {
  const { rejectedBy, avoid } = triedProviders(delivery);
  const able = providers.filter(
    (one) =>
      one.channels.includes(channel) && !rejectedBy.includes(one.id) && opensAt(one) < delivery.deadline,
  );
  const fresh = able.filter((one) => !avoid.includes(one.id));
  const provider = repeating(able, delivery) ?? soonest(fresh.length > 0 ? fresh : able, opensAt, now);
  return { provider, hasAlternative: fresh.some((one) => one !== provider) };
}

/** The provider whose answer is unknown, where asking it again makes no second message (D-6). */
function repeating(able: readonly Provider[], delivery: Delivery): Provider | null {
  const last = delivery.attempts.at(-1);
  if (last?.answer !== "unknown") return null;
  return able.find((one) => one.id === last.provider && one.capabilities.idempotencyKey) ?? null;
}

/** The first that has room now, in the order of the configuration, or else the one that will have it first. */
function soonest(providers: readonly Provider[], opensAt: OpensAt, now: number): Provider | null {
  let chosen: Provider | null = null;
  let chosenAt = Number.POSITIVE_INFINITY;
  for (const one of providers) {
    const at = Math.max(opensAt(one), now);
    if (at < chosenAt) [chosen, chosenAt] = [one, at];
    if (at <= now) break;
  }
  return chosen;
}
