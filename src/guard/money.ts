import type { PhoneChannel } from "../numbers/index.ts";

/** Money in millionths of the operator's currency: sums of prices of a tenth of a cent must not drift. */
export type Micros = number;

export const microsPerUnit = 1_000_000;

/** What a message costs, by region and channel such as `DE/sms`; a star stands for every other region. */
export type PriceTable = Readonly<Record<string, Micros>>;

/** For whoever gives no prices: high, so that a cap that counts with them is reached early rather than late. */
export const defaultPrices: PriceTable = { "*/sms": 100_000, "*/voice": 150_000 };

export function priceOf(prices: PriceTable, region: string, channel: PhoneChannel, segments: number): Micros {
  const each =
    prices[`${region}/${channel}`] ?? prices[`*/${channel}`] ?? (defaultPrices[`*/${channel}`] as Micros);
  return channel === "sms" ? each * segments : each;
}

/** The parts of a day's cap: what anybody may spend, and what is kept for recipients that proved themselves (F-9). */
export type Pool = "general" | "reserve";

export function poolCap(cap: Micros, reserveShare: number, pool: Pool): Micros {
  const reserve = Math.floor(cap * reserveShare);
  return pool === "reserve" ? reserve : cap - reserve;
}

const dayMs = 86_400_000;

/** Caps are those of days in UTC, so that all nodes turn the page at once. */
export function dayOf(now: number): number {
  return Math.floor(now / dayMs);
}

export function dayEndsAt(now: number): number {
  return (dayOf(now) + 1) * dayMs;
}
