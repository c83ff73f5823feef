import type { Channel, Delivery } from "../../verification/index.ts";
import type { Provider } from "../provider.ts";
import { type Arrivals, createArrivals, type Demotion, type Evidence } from "./arrivals.ts";
import { type Circuit, type CircuitState, createCircuit, type Sign } from "./circuit.ts";
import { everywhere } from "./routes.ts";

/** How willingly a carrier is given a delivery: the lower the rather. Whoever is down is asked when all are. */
export type Rank = 0 | 1 | 2;
const well: Rank = 0;
const demoted: Rank = 1;
const down: Rank = 2;

/** What is known of a carrier on one channel, for one region. */
export interface Standing {
  readonly rank: Rank;
  readonly circuit: CircuitState;
  /** Of the region, or of all of them together. */
  readonly demotion: (Demotion & { readonly region: string }) | null;
}

/** How the carriers do, as far as one node knows. In memory: a node that starts trusts everybody. */
export interface Standings {
  rankFor(provider: Provider, delivery: Delivery, id: string, now: number): Rank;
  /** The delivery goes there: if that is a probe or a try, it is this one. May be said twice. */
  chosen(provider: Provider, delivery: Delivery, id: string, now: number): void;
  began(provider: Provider, channel: Channel, id: string, now: number): void;
  ended(provider: Provider, channel: Channel, id: string, sign: Sign, now: number, restMs?: number): void;
  arrived(sent: Sent, evidence: Evidence, arrived: boolean, now: number): void;
  standing(provider: Provider, channel: Channel, region: string | undefined, now: number): Standing;
}

/** A message that a carrier took. */
export interface Sent {
  readonly carrier: string;
  readonly channel: Channel;
  readonly region: string | undefined;
  readonly at: number;
}

/** Told once each: a carrier that falls behind, or is back. */
export type OnCarrierChange = (
  carrier: string,
  channel: Channel,
  what: "open" | "closed" | Demotion | "recovered",
) => void;

// house: size: one set of circuits and arrivals, and what may be asked of it
export function createStandings(onChange: OnCarrierChange = () => {}): Standings {
  const circuits = new Map<string, Circuit>();
  const arrivals = new Map<string, Arrivals>();

  function circuitOf(carrier: string, channel: Channel): Circuit {
    const name = `${carrier}/${channel}`;
    let circuit = circuits.get(name);
    if (circuit === undefined) {
      circuit = createCircuit();
      circuits.set(name, circuit);
    }
    return circuit;
  }

  /** Its own, and those of all regions: a region of little traffic falls with the others. */
  function arrivalsOf(carrier: string, channel: Channel, region: string | undefined): readonly Arrivals[] {
    const regions = region === undefined ? [everywhere] : [region, everywhere];
    return regions.map((one) => {
      const name = `${carrier}/${channel}/${one}`;
      let found = arrivals.get(name);
      if (found === undefined) {
        found = createArrivals();
        arrivals.set(name, found);
      }
      return found;
    });
  }

  return {
    rankFor(provider, { channel, destination }, id, now) {
      if (circuitOf(provider.id, channel).isOpenFor(id, now)) return down;
      const fallen = arrivalsOf(provider.id, channel, destination?.region).filter(
        (one) => one.demotion() !== null,
      );
      return fallen.every((one) => one.mayTry(id, now)) ? well : demoted;
    },
    chosen(provider, { channel, destination }, id, now) {
      circuitOf(provider.id, channel).chosen(id, now);
      for (const one of arrivalsOf(provider.id, channel, destination?.region)) one.tried(id, now);
    },
    began: (provider, channel, id, now) => circuitOf(provider.id, channel).began(id, now),
    ended(provider, channel, id, sign, now, restMs) {
      const circuit = circuitOf(provider.id, channel);
      const before = circuit.state(now).type === "open";
      circuit.ended(id, sign, now, restMs);
      const after = circuit.state(now).type === "open";
      if (before !== after) onChange(provider.id, channel, after ? "open" : "closed");
    },
    arrived({ carrier, channel, region, at }, evidence, arrived, now) {
      for (const one of arrivalsOf(carrier, channel, region)) {
        const before = one.demotion();
        one.note(evidence, arrived, at, now);
        const after = one.demotion();
        if (before === after) continue;
        onChange(carrier, channel, after ?? "recovered");
      }
    },
    standing(provider, channel, region, now) {
      const circuit = circuitOf(provider.id, channel).state(now);
      const regions = [region ?? everywhere, everywhere];
      const found = regions.flatMap((one) => {
        const demotion = arrivals.get(`${provider.id}/${channel}/${one}`)?.demotion() ?? null;
        return demotion === null ? [] : [{ ...demotion, region: one }];
      });
      const demotion = found[0] ?? null;
      const rank = circuit.type !== "closed" ? down : demotion !== null ? demoted : well;
      return { rank, circuit, demotion };
    },
  };
}
