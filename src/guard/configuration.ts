import type { NumberPolicy } from "../numbers/index.ts";
import { defaultPrices, type Micros, type PriceTable } from "./money.ts";
import type { WindowName } from "./windows.ts";

/** What is counted. Prefixes are the E.164 number without its last 2, 3 and 4 digits. */
export const counterNames = [
  "address",
  "binding",
  "subject",
  "key",
  "prefix2",
  "prefix3",
  "prefix4",
  "region",
] as const;

export type CounterName = (typeof counterNames)[number];

/** At most so many in a window. Of prefixes and regions: so many that were not approved, see `isTripped`. */
export interface VelocityLimit {
  readonly counter: CounterName;
  readonly window: WindowName;
  readonly max: number;
}

export const defaultVelocity: readonly VelocityLimit[] = [
  { counter: "address", window: "1h", max: 5 },
  { counter: "binding", window: "1h", max: 5 },
  { counter: "subject", window: "1h", max: 10 },
  { counter: "key", window: "1h", max: 20_000 },
  { counter: "prefix2", window: "24h", max: 10 },
  { counter: "prefix3", window: "10m", max: 20 },
  { counter: "prefix3", window: "24h", max: 30 },
  { counter: "prefix4", window: "24h", max: 40 },
  { counter: "region", window: "1h", max: 50 },
  { counter: "region", window: "24h", max: 400 },
];

/** What the rules go by: the operator's, frozen. */
export interface GuardConfiguration {
  readonly numbers: NumberPolicy;
  readonly prices: PriceTable;
  /** Above this, a destination is open only where its country is named; null opens all (F-2). */
  readonly priceMax: Micros | null;
  /** Of the whole installation, in a day in UTC. */
  readonly moneyPerDay: Micros;
  /** Of one tenant; null for no cap of its own. */
  readonly tenantMoneyPerDay: Micros | null;
  /** Of messages to one region in an hour; a star stands for every other region. Empty for no such cap. */
  readonly countryMoneyPerHour: Readonly<Record<string, Micros>>;
  readonly velocity: readonly VelocityLimit[];
}

/** The part of a cap that is kept for recipients that proved themselves (F-9). */
export const reserveShare = 0.1;
/** The part of a cap at which the operator is told. */
export const alertShare = 0.8;
/** Calls a day to a number that never proved itself, or from an anonymous surface; and to all others (F-11). */
export const strictCallsPerDay = 2;
export const callsPerDay = 6;
/** Starts an hour from one address without a proof of work (F-5). */
export const startsWithoutProof = 1;

export function guardConfiguration(
  given: Pick<GuardConfiguration, "numbers" | "moneyPerDay"> & Partial<GuardConfiguration>,
): GuardConfiguration {
  return {
    prices: defaultPrices,
    priceMax: null,
    tenantMoneyPerDay: null,
    countryMoneyPerHour: {},
    velocity: defaultVelocity,
    ...given,
  };
}
