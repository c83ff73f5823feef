import {
  alertShare,
  type GuardConfiguration,
  type Micros,
  type Period,
  type Pool,
  periodOf,
  poolCap,
  reserveShare,
} from "../guard/index.ts";
import type { Delivery } from "../verification/index.ts";
import type { Log, Meter } from "./parts.ts";

/** By account: what a node has drawn of a period, from either pool. */
export type Drawn = Readonly<Record<string, readonly [general: Micros, reserve: Micros]>>;

export interface DrawnOf {
  /** The day or the hour since the epoch. */
  readonly period: number;
  readonly drawn: Drawn;
}

/** Who pays for a message, and for what. */
export interface Payer {
  readonly tenantId: string;
  readonly region: string;
}

/**
 * The money of a day, or of an hour, as one node has it. It draws a hundredth of a cap at a time and says so durably before it spends
 * any of it, so that a crash loses that much of the day at the most, and no number of nodes spends more than the cap.
 */
export interface Purse {
  /** Takes the price from every account that it concerns, or from none. Rejects where nobody can tell. */
  hold(payer: Payer, cost: Micros, pool: Pool, now: number): Promise<boolean>;
  /** Takes what was not held before: for verified recipients while nobody can tell, and for second tries. */
  charge(payer: Payer, cost: Micros, pool: Pool, now: number): void;
  /** Gives back what was held at `heldAt` and not spent. */
  release(payer: Payer, cost: Micros, pool: Pool, heldAt: number): void;
  drawn(now: number): DrawnOf;
  restore(own: DrawnOf): void;
  learn(others: readonly DrawnOf[], now: number): void;
  /** What is in hand goes back, for a node that stops. */
  empty(): void;
}

export interface PurseParts {
  readonly period: Period;
  readonly accounts: Accounts;
  readonly log: Log;
  readonly meter: Meter;
  /** Writes what this node has drawn, and then learns what the others have. */
  readonly sync: () => Promise<void>;
}

/** Rows of versions before know no region: their hour is nobody's. */
export function payerOf({ tenantId, destination }: Pick<Delivery, "tenantId" | "destination">): Payer {
  return { tenantId, region: destination?.region ?? "" };
}

/** Which accounts a message is paid from, and what each may spend. */
export interface Accounts {
  namesOf(payer: Payer): readonly string[];
  capOf(name: string): Micros;
}

const installation = "installation";

/** The installation's, and the tenant's where it has a cap of its own. */
export function accountsOfDay({ moneyPerDay, tenantMoneyPerDay }: GuardConfiguration): Accounts {
  return {
    namesOf: ({ tenantId }) => (tenantMoneyPerDay === null ? [installation] : [installation, tenantId]),
    capOf: (name) => (name === installation ? moneyPerDay : (tenantMoneyPerDay ?? moneyPerDay)),
  };
}

/** The region's, where it has a cap. */
export function accountsOfHour({ countryMoneyPerHour }: GuardConfiguration): Accounts {
  const capOf = (region: string): Micros | undefined =>
    countryMoneyPerHour[region] ?? countryMoneyPerHour["*"];
  return {
    namesOf: ({ region }) => (capOf(region) === undefined ? [] : [region]),
    capOf: (region) => capOf(region) ?? Number.POSITIVE_INFINITY,
  };
}

interface Account {
  readonly drawn: { general: Micros; reserve: Micros };
  readonly spent: { general: Micros; reserve: Micros };
  /** Drawn, and not known to be ours before the write is durable and the others' draws are read. */
  readonly coming: { general: Micros; reserve: Micros };
  others: { readonly general: Micros; readonly reserve: Micros };
  drawing: Promise<void> | null;
  told: 0 | 80 | 100;
}

const drawShare = 0.01;
const nothing = { general: 0, reserve: 0 };

// house: size: one set of accounts and what may be done with it
export function createPurse({ period, accounts: { namesOf, capOf }, log, meter, sync }: PurseParts): Purse {
  let current = 0;
  let accounts = new Map<string, Account>();
  let others: readonly DrawnOf[] = [];

  function turnTo(now: number): void {
    if (periodOf(period, now) === current) return;
    current = periodOf(period, now);
    accounts = new Map();
  }

  function accountOf(name: string): Account {
    let account = accounts.get(name);
    if (account === undefined) {
      const [drawn, spent, coming] = [{ ...nothing }, { ...nothing }, { ...nothing }];
      account = { drawn, spent, coming, others: nothing, drawing: null, told: 0 };
      accounts.set(name, account);
      learnInto(name, account);
    }
    return account;
  }

  function learnInto(name: string, account: Account): void {
    const sum = { general: 0, reserve: 0 };
    for (const shard of others) {
      if (shard.period !== current) continue;
      sum.general += shard.drawn[name]?.[0] ?? 0;
      sum.reserve += shard.drawn[name]?.[1] ?? 0;
    }
    account.others = sum;
  }

  const inHand = (account: Account, pool: Pool): Micros => account.drawn[pool] - account.spent[pool];

  /** Whether there is enough in hand now for another look. */
  async function draw(name: string, pool: Pool, cost: Micros): Promise<boolean> {
    const account = accountOf(name);
    if (account.drawing !== null) {
      await account.drawing;
      return true;
    }
    const cap = poolCap(capOf(name), reserveShare, pool);
    const left = cap - account.drawn[pool] - account.others[pool];
    const missing = cost - inHand(account, pool);
    if (left < missing) return false;
    const chunk = Math.min(Math.max(missing, Math.floor(cap * drawShare)), left);
    account.coming[pool] = chunk;
    account.drawing = sync();
    try {
      await account.drawing;
    } finally {
      account.coming[pool] = 0;
      account.drawing = null;
    }
    // Two nodes that drew the last of it at once both see so, since each wrote before it read.
    const excess = account.drawn[pool] + chunk + account.others[pool] - cap;
    account.drawn[pool] += Math.max(0, chunk - Math.max(0, excess));
    return inHand(account, pool) >= cost || account.drawn[pool] + account.others[pool] < cap;
  }

  function tell(name: string, isSpent: boolean): void {
    const account = accountOf(name);
    const { drawn, others: theirs } = account;
    const used = drawn.general + drawn.reserve + theirs.general + theirs.reserve;
    const level = isSpent ? 100 : used >= capOf(name) * alertShare ? 80 : 0;
    if (level <= account.told) return;
    account.told = level;
    const kind = period === "hour" ? "country" : name === installation ? "installation" : "tenant";
    meter.count("guard_money_alerts", { account: kind, level: String(level) });
    const fields = { event: "guard_money", period, account: name, percent: level };
    if (level === 100) log.error(fields, "the money is spent: only verified recipients get messages");
    else log.warn(fields, "most of the money is spent");
  }

  return {
    async hold(payer, cost, pool, now) {
      turnTo(now);
      const names = namesOf(payer);
      for (;;) {
        const short = names.find((name) => inHand(accountOf(name), pool) < cost);
        if (short === undefined) break;
        if (await draw(short, pool, cost)) continue;
        tell(short, pool === "general");
        return false;
      }
      for (const name of names) {
        accountOf(name).spent[pool] += cost;
        tell(name, false);
      }
      return true;
    },
    charge(payer, cost, pool, now) {
      turnTo(now);
      for (const name of namesOf(payer)) accountOf(name).spent[pool] += cost;
    },
    release(payer, cost, pool, heldAt) {
      if (periodOf(period, heldAt) !== current) return;
      for (const name of namesOf(payer)) accountOf(name).spent[pool] -= cost;
    },
    drawn(now) {
      turnTo(now);
      const drawn: Record<string, [Micros, Micros]> = {};
      for (const [name, account] of accounts) {
        // What was charged beyond what was drawn is spent all the same.
        const general = Math.max(account.drawn.general + account.coming.general, account.spent.general);
        const reserve = Math.max(account.drawn.reserve + account.coming.reserve, account.spent.reserve);
        if (general > 0 || reserve > 0) drawn[name] = [general, reserve];
      }
      return { period: current, drawn };
    },
    restore(own) {
      if (own.period < current) return;
      current = own.period;
      for (const [name, [general, reserve]] of Object.entries(own.drawn)) {
        const account = accountOf(name);
        account.drawn.general = account.spent.general = general;
        account.drawn.reserve = account.spent.reserve = reserve;
      }
    },
    learn(shards, now) {
      turnTo(now);
      others = shards;
      for (const [name, account] of accounts) learnInto(name, account);
    },
    empty() {
      for (const { drawn, spent } of accounts.values()) {
        drawn.general = spent.general;
        drawn.reserve = spent.reserve;
      }
    },
  };
}
