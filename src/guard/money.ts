import type { PhoneChannel } from "../numbers/index.ts";

/** Money in millionths of the operator's currency: sums of prices of a tenth of a cent must not drift. */
export type Micros = number;

export const microsPerUnit = 1_000_000;

/** As a decimal, without zeros behind it. */
export function amountText(value: Micros): string {
  return String(value / microsPerUnit);
}

/**
 * What a message costs, by region and channel such as `DE/sms`, and by carrier such as `DE/sms/telnyx`; a star stands
 * for every other region.
 */
export type PriceTable = Readonly<Record<string, Micros>>;

/** For whoever gives no prices: high, so that a cap that counts with them is reached early rather than late. */
export const defaultPrices: PriceTable = { "*/sms": 100_000, "*/voice": 150_000 };

/** The carrier's own price where there is one, else the one for all. */
export function priceOf(
  prices: PriceTable,
  region: string,
  channel: PhoneChannel,
  segments: number,
  carrier?: string,
): Micros {
  const own =
    carrier === undefined
      ? undefined
      : (prices[`${region}/${channel}/${carrier}`] ?? prices[`*/${channel}/${carrier}`]);
  const each =
    own ??
    prices[`${region}/${channel}`] ??
    prices[`*/${channel}`] ??
    (defaultPrices[`*/${channel}`] as Micros);
  return channel === "sms" ? each * segments : each;
}

/** What a message costs at the most, whichever of these carriers takes it: so much is held before that is known. */
export function dearestOf(
  prices: PriceTable,
  region: string,
  channel: PhoneChannel,
  segments: number,
  carriers: readonly string[],
): Micros {
  const all = carriers.map((carrier) => priceOf(prices, region, channel, segments, carrier));
  return all.length === 0 ? priceOf(prices, region, channel, segments) : Math.max(...all);
}

/** The parts of a day's cap: what anybody may spend, and what is kept for recipients that proved themselves (F-9). */
export type Pool = "general" | "reserve";

export function poolCap(cap: Micros, reserveShare: number, pool: Pool): Micros {
  const reserve = Math.floor(cap * reserveShare);
  return pool === "reserve" ? reserve : cap - reserve;
}

const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** Caps are those of days in UTC, so that all nodes turn the page at once. */
function dayOf(now: number): number {
  return periodOf("day", now);
}

/** Of those that caps are set for. */
export type Period = "day" | "hour";

const periodMs: Readonly<Record<Period, number>> = { day: dayMs, hour: hourMs };

/** The number of a period since the epoch. */
export function periodOf(period: Period, now: number): number {
  return Math.floor(now / periodMs[period]);
}

export function hourEndsAt(now: number): number {
  return (periodOf("hour", now) + 1) * hourMs;
}

export function dayEndsAt(now: number): number {
  return (dayOf(now) + 1) * dayMs;
}
