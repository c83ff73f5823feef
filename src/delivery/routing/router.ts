import {
  type Channel,
  type Delivery,
  type Destination,
  type ProviderAnswer,
  unreachable,
} from "../../verification/index.ts";
import type { Provider } from "../provider.ts";
import { type Candidate, choose, type OpensAt, type Route } from "./choice.ts";
import type { Sign } from "./circuit.ts";
import { createRouteTable, orderOf, type RouteRule } from "./routes.ts";
import { createSenderTable, type FoundSender, type SenderRule } from "./senders.ts";
import { createStandings, type OnCarrierChange, type Standing, type Standings } from "./standings.ts";

/** Who carries what: the operator's routes, and how the carriers do. */
export interface Router {
  readonly standings: Standings;
  /** Where a number is, as far as the routes ask. */
  destinationOf(e164: string, region: string): Destination;
  /** What the carrier sends as. */
  senderFor(provider: Provider, destination: Destination | undefined): FoundSender;
  /** Whether the carrier may send as whom a message names. */
  maySendAs(provider: Provider, from: string, destination: Destination | undefined): boolean;
  /** The carriers that may take messages to a destination, in the order of the routes. */
  carriersFor(destination: Destination | undefined, channel: Channel): readonly Provider[];
  /** Of those, the ones that are not down; all of them where all are. */
  carriersUp(delivery: Delivery, id: string, now: number): readonly Provider[];
  choose(delivery: Delivery, id: string, opensAt: OpensAt, now: number): Route;
  /** Whether another carrier is left at once, once the answer of this one is taken into account. */
  hasAlternative(
    delivery: Delivery,
    id: string,
    given: ProviderAnswer,
    opensAt: OpensAt,
    now: number,
  ): boolean;
  explain(destination: Destination | undefined, channel: Channel, now: number): Explanation;
}

/** Which carrier would be asked in which order, and why. */
export interface Explanation {
  /** What the route is for: a prefix, a region, or a star. */
  readonly place: string;
  readonly carriers: readonly ExplainedCarrier[];
}

export interface ExplainedCarrier {
  readonly provider: Provider;
  /** 1 for those that are asked first. */
  readonly tier: number;
  /** The part of the tier's messages that it is asked first for, between 0 and 1. */
  readonly share: number;
  readonly standing: Standing;
  readonly sender: FoundSender;
}

export interface RouterParts {
  readonly providers: readonly Provider[];
  readonly routes?: readonly RouteRule[] | undefined;
  readonly senders?: readonly SenderRule[] | undefined;
  /** Who the carriers' accounts send as. */
  readonly accountSenders?: Readonly<Record<string, string>> | undefined;
  readonly onChange?: OnCarrierChange;
}

// house: size: what may be asked of one table of routes
export function createRouter(parts: RouterParts): Router {
  const { providers, routes = [], onChange } = parts;
  const senders = createSenderTable(parts.senders ?? [], parts.accountSenders ?? {});
  const table = createRouteTable(routes, providers, maySend);
  const standings = createStandings(onChange);

  function carriersOf({
    destination,
    channel,
    verificationId,
    cause,
    sequence,
  }: Delivery): readonly Provider[] {
    const route = table.find(destination, channel);
    const order = route.isShared
      ? orderOf(route, verificationId).filter((provider) => maySend(provider, destination, channel))
      : route.carriers;
    if (cause !== "resend" || order.length < 2) return order;
    // Whoever asks again did not get the first one: each resend begins with the next carrier.
    const first = (sequence - 1) % order.length;
    return [...order.slice(first), ...order.slice(0, first)];
  }

  /** Not under a name where names are not delivered. */
  function maySend(provider: Provider, destination: Destination | undefined, channel: Channel): boolean {
    return channel !== "sms" || senders.find(provider.id, destination).type !== "nameUnsupported";
  }

  function candidatesOf(delivery: Delivery, id: string, now: number): readonly Candidate[] {
    const order = carriersOf(delivery);
    // The common case asks nobody how it does: there is no choice.
    if (order.length === 1) return order.map((provider) => ({ provider, rank: 0 }));
    return order.map((provider) => ({ provider, rank: standings.rankFor(provider, delivery, id, now) }));
  }

  return {
    standings,
    destinationOf(e164, region) {
      const [one, other] = [table.prefixOf(e164), senders.prefixOf(e164)];
      const prefix = (one?.length ?? 0) >= (other?.length ?? 0) ? one : other;
      return prefix === undefined ? { region } : { region, prefix };
    },
    senderFor: (provider, destination) => senders.find(provider.id, destination),
    maySendAs: (provider, from, destination) =>
      provider.takesAnySender === true || senders.has(provider.id, from, destination),
    carriersFor: (destination, channel) => table.find(destination, channel).carriers,
    carriersUp(delivery, id, now) {
      const candidates = candidatesOf(delivery, id, now);
      const up = candidates.filter((one) => one.rank < 2);
      return (up.length > 0 ? up : candidates).map((one) => one.provider);
    },
    choose: (delivery, id, opensAt, now) => choose(candidatesOf(delivery, id, now), delivery, opensAt, now),
    hasAlternative(delivery, id, given, opensAt, now) {
      if (given.type !== "refused") return false;
      const refusing = delivery.attempts.at(-1)?.provider;
      const others = candidatesOf(delivery, id, now).filter((one) => one.provider.id !== refusing);
      const { provider } = choose(others, delivery, opensAt, now);
      if (provider === null) return false;
      if (delivery.attempts.slice(0, -1).some((one) => one.provider === provider.id)) return false;
      // Nothing left: rather once more the one that was just asked, after a while, than one that is down.
      const isDown = others.find((one) => one.provider === provider)?.rank === 2;
      return given.kind === "rejected" || !isDown;
    },
    explain(destination, channel, now) {
      const { place, tiers } = table.find(destination, channel);
      const carriers = tiers.flatMap((tier, index) => {
        const sum = tier.reduce((total, one) => total + one.weight, 0);
        return tier.map(({ provider, weight }) => ({
          provider,
          tier: index + 1,
          share: weight / sum,
          standing: standings.standing(provider, channel, destination?.region, now),
          sender: senders.find(provider.id, destination),
        }));
      });
      return { place, carriers: carriers.toSorted((one, other) => one.standing.rank - other.standing.rank) };
    },
  };
}

/** Refusals that are about our account there, not about one message. */
const accountReasons: ReadonlySet<string> = new Set(["account_out_of_credit", "credentials_refused"]);

/** Refusals that say nothing about the carrier: we were late, or one recipient is put off. */
const silentReasons: ReadonlySet<string> = new Set(["not_sent_in_time", "recipient_deferred"]);

/** Of a carrier that says it is busy, but not for how long. */
const busyMs = 1_000;

/** For how long an answer asks to be left alone. */
export function restOf(answer: ProviderAnswer): number | undefined {
  if (answer.type !== "refused") return undefined;
  return answer.retryAfterMs ?? (answer.reason === "rate_limited" ? busyMs : undefined);
}

/** What an answer tells of its carrier. */
export function signOf(answer: ProviderAnswer): Sign {
  switch (answer.type) {
    case "accepted":
      return "good";
    case "unknown":
      return "bad";
    case "refused":
      if (silentReasons.has(answer.reason) || restOf(answer) !== undefined) return "none";
      return answer.kind === "notSent" || accountReasons.has(answer.reason) ? "bad" : "good";
    default:
      return unreachable(answer);
  }
}
