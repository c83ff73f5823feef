import type { Channel, Destination } from "../../verification/index.ts";
import type { Provider } from "../provider.ts";

/** A carrier's part of the messages that those of one tier share. */
export interface Share {
  readonly carrier: string;
  /** Against the weights of the others; 1 for each shares evenly. */
  readonly weight: number;
}

/** Who takes messages to some places. */
export interface RouteRule {
  /** ISO 3166 regions, prefixes such as `+4915`, or a star for everywhere else. */
  readonly to: readonly string[];
  /** Absent: all of them. */
  readonly channels?: readonly Channel[];
  /** Tier after tier: who comes first takes the messages, who follows takes over. */
  readonly carriers: readonly (readonly Share[])[];
}

/** A rule as it holds for one destination and channel. */
export interface FoundRoute {
  /** What the rule is for: a prefix, a region, or a star. */
  readonly place: string;
  /** The able carriers of its tiers; a tier that has none is left out. */
  readonly tiers: readonly (readonly WeightedProvider[])[];
  /** Those of all tiers that may send there, in the order of the tiers. */
  readonly carriers: readonly Provider[];
  /** Whether carriers of one tier share its messages, so that the order is another one for each. */
  readonly isShared: boolean;
}

/** Whether a carrier may send to a destination at all. */
export type MaySend = (provider: Provider, destination: Destination | undefined, channel: Channel) => boolean;

export interface WeightedProvider {
  readonly provider: Provider;
  readonly weight: number;
}

/** The operator's routes, ready to be asked. */
export interface RouteTable {
  /** The most precise rule: the longest prefix, else the region, else the star; one for the channel before one for all. */
  find(destination: Destination | undefined, channel: Channel): FoundRoute;
  /** The longest prefix that a rule is for and the number begins with. */
  prefixOf(e164: string): string | undefined;
}

export const everywhere = "*";
/** A prefix is kept with each message, and must not say who it is for. */
export const prefixDigitsMax = 8;

/** Without rules every carrier follows the one before it, everywhere. */
export function createRouteTable(
  rules: readonly RouteRule[],
  providers: readonly Provider[],
  maySend: MaySend,
): RouteTable {
  const byPlace = new Map<string, RouteRule[]>();
  for (const rule of rules) {
    for (const place of rule.to) byPlace.set(place, [...(byPlace.get(place) ?? []), rule]);
  }
  const prefixes = [...byPlace.keys()]
    .filter((place) => place.startsWith("+"))
    .sort((one, other) => other.length - one.length);
  const byName = new Map(providers.map((one) => [one.id, one]));
  const found = new Map<string, FoundRoute>();

  function ruleFor(place: string, channel: Channel): RouteRule | undefined {
    const here = byPlace.get(place) ?? [];
    return (
      here.find((one) => one.channels?.includes(channel) === true) ??
      here.find((one) => one.channels === undefined)
    );
  }

  function routeOf(destination: Destination | undefined, channel: Channel): FoundRoute {
    const places = [destination?.prefix, destination?.region].filter((one) => one !== undefined);
    const place = places.find((one) => ruleFor(one, channel) !== undefined) ?? everywhere;
    const rule = ruleFor(place, channel);
    const named = rule?.carriers ?? providers.map((one) => [{ carrier: one.id, weight: 1 }]);
    const able = named.map((tier) =>
      tier.flatMap(({ carrier, weight }) => {
        const provider = byName.get(carrier);
        return provider?.channels.includes(channel) === true ? [{ provider, weight }] : [];
      }),
    );
    const tiers = able.filter((tier) => tier.length > 0);
    const carriers = tiers.flatMap((tier) => tier.map((one) => one.provider));
    return {
      place,
      tiers,
      carriers: carriers.filter((one) => maySend(one, destination, channel)),
      isShared: tiers.some((tier) => tier.length > 1),
    };
  }

  return {
    find(destination, channel) {
      // Asked several times a message. Regions and the prefixes of rules are few.
      const asked = `${destination?.prefix ?? ""}/${destination?.region ?? ""}/${channel}`;
      let route = found.get(asked);
      if (route === undefined) {
        route = routeOf(destination, channel);
        found.set(asked, route);
      }
      return route;
    },
    prefixOf: (e164) => prefixes.find((one) => e164.startsWith(one)),
  };
}

/**
 * The carriers of a route in the order of one verification: chosen by its id, so that a decision that runs twice, a
 * retry and a second node find the same. Those of a tier come first as often as their weights say.
 */
export function orderOf(route: FoundRoute, seed: string): readonly Provider[] {
  return route.tiers.flatMap((tier) => {
    if (tier.length < 2) return tier.map((one) => one.provider);
    // Exponential times with the weights as their rates: the first to come is drawn by weight (Efraimidis, Spirakis).
    return tier
      .map(({ provider, weight }) => ({ provider, at: -Math.log(uniform(seed + provider.id)) / weight }))
      .sort((one, other) => one.at - other.at)
      .map((one) => one.provider);
  });
}

/** FNV-1a with a final mix, as a number above 0 and below 1. Spreads, and keeps nothing secret. */
function uniform(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (((hash ^ (hash >>> 16)) >>> 0) + 0.5) / 2 ** 32;
}
