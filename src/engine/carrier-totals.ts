import { type Delivery, deliveredBy } from "../verification/index.ts";
import type { Meter } from "./parts.ts";

/** What one carrier did on one channel for one region, since this node started. */
export interface CarrierTotal {
  readonly carrier: string;
  readonly channel: Delivery["channel"];
  /** Null for rows of versions before. */
  readonly region: string | null;
  readonly accepted: number;
  readonly delivered: number;
  readonly approved: number;
  /** In millionths of the operator's currency. */
  readonly cost: number;
}

export interface CarrierTotals {
  /** A carrier took it, or may have. */
  accepted(delivery: Delivery): void;
  delivered(delivery: Delivery): void;
  /** The code of this delivery came back. */
  approved(delivery: Delivery): void;
  all(): readonly CarrierTotal[];
}

type Counts = { -readonly [K in keyof CarrierTotal]: CarrierTotal[K] };

/** As many as there are carriers, channels and regions. */
export function createCarrierTotals(meter: Meter): CarrierTotals {
  const totals = new Map<string, Counts>();
  /** Most deliveries are like the one before. */
  let latest: Counts | null = null;

  function countsOf(delivery: Delivery): Counts | null {
    const attempt = deliveredBy(delivery);
    if (attempt === undefined) return null;
    const { channel } = delivery;
    const region = delivery.destination?.region ?? null;
    if (latest?.carrier === attempt.provider && latest.channel === channel && latest.region === region) {
      return latest;
    }
    const name = `${attempt.provider}/${channel}/${region}`;
    let counts = totals.get(name);
    if (counts === undefined) {
      const nothing = { accepted: 0, delivered: 0, approved: 0, cost: 0 };
      counts = { carrier: attempt.provider, channel, region, ...nothing };
      totals.set(name, counts);
    }
    latest = counts;
    return counts;
  }

  function tell(name: string, { carrier, channel, region }: Counts, amount?: number): void {
    meter.count(name, { provider: carrier, channel, region: region ?? "none" }, amount);
  }

  return {
    accepted(delivery) {
      const counts = countsOf(delivery);
      if (counts === null) return;
      counts.accepted += 1;
      const cost = deliveredBy(delivery)?.cost ?? 0;
      counts.cost += cost;
      if (cost > 0) tell("delivery_cost_micros", counts, cost);
    },
    delivered(delivery) {
      const counts = countsOf(delivery);
      if (counts === null) return;
      counts.delivered += 1;
      tell("deliveries_delivered", counts);
    },
    approved(delivery) {
      const counts = countsOf(delivery);
      if (counts === null) return;
      counts.approved += 1;
      tell("deliveries_approved", counts);
    },
    all: () => [...totals.values()].map((one) => ({ ...one })),
  };
}
