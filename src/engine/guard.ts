import { type GuardConfiguration, type GuardDecision, judge, type RecipientFacts } from "../guard/index.ts";
import type { PhoneNumber } from "../numbers/index.ts";
import { createGuardCounts } from "./guard-counts.ts";
import { type CarriersOf, type Desk, type GuardAsk, requestOf } from "./guard-desk.ts";
import { keysFor, keysOf, readAll, valuesOf } from "./guard-keys.ts";
import { createMoney } from "./guard-money.ts";
import { type GuardPassage, openPassage } from "./guard-passage.ts";
import type { Payer } from "./guard-purse.ts";
import { createShards, type Shard } from "./guard-shards.ts";
import { readOptOut } from "./opt-outs.ts";
import type { EngineParts } from "./parts.ts";

/** Holds the counters and the money of this node, and asks the rules (F-1 to F-15). */
export interface Guard {
  passage(ask: GuardAsk): Promise<GuardPassage>;
  /** What the rules would say now; nothing is counted and nothing held. */
  preview(ask: GuardAsk, recipient: RecipientFacts): Promise<GuardDecision>;
  /** A code came back: what was sent for it is no sign of an attack. */
  approved(tenantId: string, phoneNumber: PhoneNumber, sends: number): void;
  /** A message that nobody took costs nothing. */
  release(payer: Payer, held: Held, heldAt: number): void;
  /** A second message for one delivery. */
  charge(payer: Payer, owed: Held): void;
  sync(): Promise<void>;
  /** Gives back what is in hand and tells the others. */
  stop(): Promise<void>;
}

/** A price, and what it is held from. */
export type Held = Pick<GuardDecision, "cost" | "pool">;

// house: size: a list of what a guard does, each of it short
export function createGuard(
  parts: EngineParts,
  configuration: GuardConfiguration,
  node: string,
  carriersOf: CarriersOf,
): Guard {
  const { clock, log, meter, store } = parts;
  const counts = createGuardCounts(configuration.velocity);
  const learn = (others: readonly Shard[]): void => {
    counts.learn(others.map((one) => one.counts));
    money.learn(others, clock.now());
  };
  const shards = createShards({
    store,
    clock,
    node,
    mine: () => ({ at: clock.now(), ...money.drawn(clock.now()), counts: counts.shared(clock.now()) }),
    onWritten: () => counts.wasShared(),
    onOthers: learn,
  });
  const money = createMoney({ configuration, log, meter, sync: () => shards.sync() });
  const desk: Desk = { parts, configuration, counts, money, shards, carriersOf };
  let loaded: Promise<void> | null = null;

  /** What was counted before this process; read once, before the first message. */
  async function load(): Promise<void> {
    loaded ??= shards.load().then(({ own, others }) => {
      money.drawn(clock.now());
      if (own !== null) {
        counts.restore(own.counts);
        money.restore(own);
      }
      learn(others);
    });
    try {
      await loaded;
    } catch (cause) {
      loaded = null;
      throw cause;
    }
  }

  return {
    passage: (ask) => openPassage(desk, ask, load),
    async preview(ask, recipient) {
      const isReadable = await load().then(
        () => true,
        () => false,
      );
      const now = clock.now();
      const readings = {
        velocity: readAll(desk, keysOf(desk, ask), isReadable, now),
        money: "general",
        optedOut: ask.channel === "sms" ? await readOptOut(parts, ask.phoneNumber.e164) : false,
      } as const;
      return judge(requestOf(desk, ask, ask.channel, recipient), readings, configuration, now);
    },
    approved(tenantId, phoneNumber, sends) {
      const now = clock.now();
      for (const one of keysFor(desk, tenantId, valuesOf(phoneNumber))) counts.addApproved(one, now, sends);
    },
    release(payer, { cost, pool }, heldAt) {
      if (pool !== null) money.release(payer, cost, pool, heldAt);
    },
    charge: (payer, { cost, pool }) => money.charge(payer, cost, pool ?? "reserve", clock.now()),
    async sync() {
      await load();
      await shards.sync();
    },
    async stop() {
      money.empty();
      if (loaded !== null) await shards.sync();
    },
  };
}
