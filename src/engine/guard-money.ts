import type { GuardConfiguration, GuardReadings, Micros, Pool } from "../guard/index.ts";
import { accountsOfDay, accountsOfHour, createPurse, type Payer } from "./guard-purse.ts";
import type { Shard } from "./guard-shards.ts";
import type { Log, Meter } from "./parts.ts";

/** The money of the day and, where regions have a cap of their own, of the hour: a message is paid from all or none. */
export interface Money {
  /** `mayUseReserve` is asked where the rest is for verified recipients. Rejects where nobody can tell. */
  hold(
    payer: Payer,
    cost: Micros,
    mayUseReserve: () => Promise<boolean>,
    now: number,
  ): Promise<NonNullable<GuardReadings["money"]>>;
  /** Takes what was not held before: for verified recipients while nobody can tell, and for second tries. */
  charge(payer: Payer, cost: Micros, pool: Pool, now: number): void;
  release(payer: Payer, cost: Micros, pool: Pool, heldAt: number): void;
  drawn(now: number): Pick<Shard, "money" | "hours">;
  restore(own: Pick<Shard, "money" | "hours">): void;
  learn(others: readonly Shard[], now: number): void;
  /** What is in hand goes back, for a node that stops. */
  empty(): void;
}

export interface MoneyParts {
  readonly configuration: GuardConfiguration;
  readonly log: Log;
  readonly meter: Meter;
  readonly sync: () => Promise<void>;
}

export function createMoney({ configuration, ...parts }: MoneyParts): Money {
  const day = createPurse({ ...parts, period: "day", accounts: accountsOfDay(configuration) });
  const hour = createPurse({ ...parts, period: "hour", accounts: accountsOfHour(configuration) });

  /** Which of the two has not enough; null where both had, and it is held. */
  async function holdFrom(
    pool: Pool,
    payer: Payer,
    cost: Micros,
    now: number,
  ): Promise<"day" | "hour" | null> {
    if (!(await day.hold(payer, cost, pool, now))) return "day";
    try {
      if (await hour.hold(payer, cost, pool, now)) return null;
    } catch (cause) {
      day.release(payer, cost, pool, now);
      throw cause;
    }
    day.release(payer, cost, pool, now);
    return "hour";
  }

  return {
    async hold(payer, cost, mayUseReserve, now) {
      const short = await holdFrom("general", payer, cost, now);
      if (short === null) return "general";
      const left = (await mayUseReserve()) ? await holdFrom("reserve", payer, cost, now) : short;
      if (left === null) return "reserve";
      return left === "day" ? "none" : "noneOfHour";
    },
    charge(payer, cost, pool, now) {
      day.charge(payer, cost, pool, now);
      hour.charge(payer, cost, pool, now);
    },
    release(payer, cost, pool, heldAt) {
      day.release(payer, cost, pool, heldAt);
      hour.release(payer, cost, pool, heldAt);
    },
    drawn: (now) => ({ money: day.drawn(now), hours: hour.drawn(now) }),
    restore({ money, hours }) {
      day.restore(money);
      if (hours !== undefined) hour.restore(hours);
    },
    learn(others, now) {
      day.learn(
        others.map((one) => one.money),
        now,
      );
      hour.learn(
        others.flatMap((one) => one.hours ?? []),
        now,
      );
    },
    empty() {
      day.empty();
      hour.empty();
    },
  };
}
