import { RecentTimes } from "./recent.ts";

/** How many starts pass in an hour, with a proof of work and without. */
interface Allowance {
  readonly proven: number;
  readonly bare: number;
}

/** Whoever comes by himself. */
export const anonymousAllowance: Allowance = { proven: 5, bare: 1 };
/** Whom a key vouched for: without JavaScript, a number may still be mistyped once. */
export const linkAllowance: Allowance = { proven: 5, bare: 2 };

/** Starts of the last hour, in this node's memory: what it forgets, it forgets in favour of people (design 3.3). */
export interface StartQuota {
  /** Counts one start; null, or when the next may be tried. */
  take(who: string, isProven: boolean, allowance: Allowance, now: number): number | null;
  /** How many of the last hour are known: with them grows the work that is asked for. */
  count(who: string, now: number): number;
}

const hourMs = 3_600_000;
const rememberedMax = 16_384;

export function createStartQuota(): StartQuota {
  // Apart, so that nobody's name is put together anew for every start.
  const provenStarts = new RecentTimes(rememberedMax, hourMs);
  const bareStarts = new RecentTimes(rememberedMax, hourMs);
  return {
    take(who, isProven, { proven, bare }, now) {
      return isProven ? provenStarts.take(who, proven, now) : bareStarts.take(who, bare, now);
    },
    count: (who, now) => provenStarts.count(who, now) + bareStarts.count(who, now),
  };
}
