import { type Delivery, triedProviders } from "../../verification/index.ts";
import type { Provider } from "../provider.ts";
import type { Rank } from "./standings.ts";

/** A carrier that could take a delivery. */
export interface Candidate {
  readonly provider: Provider;
  readonly rank: Rank;
}

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
 * Picks the provider of the next attempt among those of its route, in their order: one that did not refuse it, rather
 * one that is not down, rather one that was not tried yet (D-6), rather one whose messages arrive; among several the
 * one whose rate has room first, and none whose turn would come after the deadline (D-8).
 */
export function choose(
  candidates: readonly Candidate[],
  delivery: Delivery,
  opensAt: OpensAt = atOnce,
  now = 0,
): Route {
  const { rejectedBy, avoid } = triedProviders(delivery);
  const able = candidates.filter(
    ({ provider }) => !rejectedBy.includes(provider.id) && opensAt(provider) < delivery.deadline,
  );
  // The common case has nothing to compare.
  if (able.length < 2 && delivery.attempts.length === 0) {
    return { provider: able[0]?.provider ?? null, hasAlternative: false };
  }
  const isFresh = ({ provider }: Candidate): boolean => !avoid.includes(provider.id);
  const up = able.filter((one) => one.rank < down);
  const among = [up.filter(isFresh), up, able.filter(isFresh), able].find((one) => one.length > 0) ?? [];
  const best = Math.min(...among.map((one) => one.rank));
  const provider =
    repeating(up, delivery) ??
    soonest(
      among.filter((one) => one.rank === best),
      opensAt,
      now,
    );
  return { provider, hasAlternative: up.some((one) => isFresh(one) && one.provider !== provider) };
}

const down: Rank = 2;

/**
 * The provider whose answer is unknown, where asking it again makes no second message (D-6). Not one that answers
 * nobody: a message that may come twice is better than none.
 */
function repeating(up: readonly Candidate[], delivery: Delivery): Provider | null {
  const last = delivery.attempts.at(-1);
  if (last?.answer !== "unknown") return null;
  const same = up.find(
    ({ provider }) => provider.id === last.provider && provider.capabilities.idempotencyKey,
  );
  return same?.provider ?? null;
}

/** The first that has room now, in the order of the route, or else the one that will have it first. */
function soonest(candidates: readonly Candidate[], opensAt: OpensAt, now: number): Provider | null {
  let chosen: Provider | null = null;
  let chosenAt = Number.POSITIVE_INFINITY;
  for (const { provider } of candidates) {
    const at = Math.max(opensAt(provider), now);
    if (at < chosenAt) [chosen, chosenAt] = [provider, at];
    if (at <= now) break;
  }
  return chosen;
}
