import { Recent, RecentTimes } from "../pages/recent.ts";

/** What a node counts of people beside what is kept of each account. It is of one installation. */
export interface Memory {
  /** When a network entered wrong passwords, whatever the names. */
  readonly wrongPasswords: RecentTimes;
  /** Names that somebody asked for with one proved number, and that were taken. */
  readonly takenNames: Recent<number>;
  /** Wrong codes for a number that gets none: counted as for any other. */
  readonly wrongCodes: Recent<number>;
  /** How often a network asked for any passkey lately, before anybody said who they are. */
  readonly passkeyAsks: Recent<{ readonly from: number; readonly asks: number }>;
  /** When a network asked for a way back in, whatever the names. */
  readonly recoveries: RecentTimes;
}

const rememberedMax = 16_384;
const quarterMs = 900_000;
const hourMs = 3_600_000;

export function newMemory(): Memory {
  return {
    wrongPasswords: new RecentTimes(rememberedMax, quarterMs),
    takenNames: new Recent(rememberedMax),
    wrongCodes: new Recent(rememberedMax),
    passkeyAsks: new Recent(rememberedMax),
    recoveries: new RecentTimes(rememberedMax, hourMs),
  };
}
