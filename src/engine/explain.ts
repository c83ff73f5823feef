import type { CircuitState, Demotion, FoundSender, Router } from "../delivery/index.ts";
import { priceOf } from "../guard/index.ts";
import type { PhoneChannel, PhoneNumber } from "../numbers/index.ts";
import type { CarrierTotal, CarrierTotals } from "./carrier-totals.ts";
import type { EngineParts } from "./parts.ts";

/** A carrier as it would be asked for a message to a number now. */
export interface CarrierView {
  readonly carrier: string;
  readonly tier: number;
  readonly share: number;
  readonly circuit: CircuitState;
  readonly demotion: (Demotion & { readonly region: string }) | null;
  readonly sender: FoundSender;
  readonly ratePerSecond: number | null;
  /** Of a segment or a call, in millionths of the operator's currency; null where nothing costs anything. */
  readonly price: number | null;
}

export interface RouteView {
  /** What the route is for: a prefix, a region, or a star. */
  readonly place: string;
  /** In the order in which they would be asked. */
  readonly carriers: readonly CarrierView[];
}

/** Which carrier would be asked in which order, and why; as this node sees it. */
export function explainRoute(
  { clock, guard }: EngineParts,
  router: Router,
  { e164, region }: PhoneNumber,
  channel: PhoneChannel,
): RouteView {
  const destination = router.destinationOf(e164, region);
  const { place, carriers } = router.explain(destination, channel, clock.now());
  return {
    place,
    carriers: carriers.map(({ provider, tier, share, standing, sender }) => ({
      carrier: provider.id,
      tier,
      share,
      circuit: standing.circuit,
      demotion: standing.demotion,
      sender,
      ratePerSecond: provider.ratePerSecond ?? null,
      price: guard === undefined ? null : priceOf(guard.prices, region, channel, 1, provider.id),
    })),
  };
}

/** A carrier on one channel, and what it did since this node started. */
export interface CarrierState {
  readonly carrier: string;
  readonly channel: CarrierTotal["channel"];
  readonly circuit: CircuitState;
  /** For all regions together. */
  readonly demotion: Demotion | null;
  readonly totals: readonly CarrierTotal[];
}

export function carrierStates(
  { clock, providers }: EngineParts,
  router: Router,
  totals: CarrierTotals,
): readonly CarrierState[] {
  const all = totals.all();
  return providers.flatMap((provider) =>
    provider.channels.map((channel) => {
      const { circuit, demotion } = router.standings.standing(provider, channel, undefined, clock.now());
      const own = all.filter((one) => one.carrier === provider.id && one.channel === channel);
      return { carrier: provider.id, channel, circuit, demotion, totals: own };
    }),
  );
}
