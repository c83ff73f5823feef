import {
  type CounterName,
  counterNames,
  dearestOf,
  type GuardConfiguration,
  type GuardDecision,
  type GuardReadings,
  type GuardRequest,
  judge,
  type RecipientFacts,
  type VelocityReading,
} from "../guard/index.ts";
import type { PhoneChannel, PhoneNumber } from "../numbers/index.ts";
import { counterDigest } from "../secrets/index.ts";
import { key } from "../store/index.ts";
import { type CounterKey, counterId, createGuardCounts, type GuardCounts } from "./guard-counts.ts";
import { createMoney, type Money } from "./guard-money.ts";
import type { Payer } from "./guard-purse.ts";
import { createShards, type Shard, type Shards } from "./guard-shards.ts";
import { readOptOut } from "./opt-outs.ts";
import type { EngineParts } from "./parts.ts";

/** Where a start comes from, as far as it is counted (F-5). */
export interface GuardCaller {
  /** `anonymous` for surfaces that anybody reaches without an API key. */
  readonly surface: "key" | "anonymous";
  /** The caller's network: an IPv4 address or a /64. Counted on anonymous surfaces. */
  readonly network?: string | undefined;
  readonly keyId?: string | undefined;
  /** Whether a proof of work was brought and used up. */
  readonly hasProof?: boolean | undefined;
}

/** One message, before anything is decided about it. */
export interface GuardAsk {
  readonly tenantId: string;
  readonly recipientId: string;
  readonly phoneNumber: PhoneNumber;
  readonly channel: PhoneChannel;
  readonly segments: number;
  readonly isStart: boolean;
  readonly caller: GuardCaller;
  readonly subject: string | null;
  readonly binding: string | null;
}

/** A message at the guard's door: it is counted and paid for from here on, until it is said to stay. */
export interface GuardPassage {
  /** Under the locks, as often as the decision runs. */
  judge(channel: PhoneChannel, recipient: RecipientFacts, now: number): GuardDecision;
  /** The decision that the message leaves with, or null where it stays: then nothing was counted or paid. */
  end(sent: GuardDecision | null): void;
}

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

interface Desk {
  readonly parts: EngineParts;
  readonly configuration: GuardConfiguration;
  readonly counts: GuardCounts;
  readonly money: Money;
  readonly carriersOf: CarriersOf;
  readonly shards: Shards;
}

/** The counters that a proven recipient is left out of. */
const traffic: ReadonlySet<CounterName> = new Set(["prefix2", "prefix3", "prefix4", "region"]);

/** Who may take a message: the price depends on it. */
export type CarriersOf = (phoneNumber: PhoneNumber, channel: PhoneChannel) => readonly string[];

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

async function openPassage(desk: Desk, ask: GuardAsk, load: () => Promise<void>): Promise<GuardPassage> {
  const { parts, configuration, counts } = desk;
  const { region } = ask.phoneNumber;
  const payer: Payer = { tenantId: ask.tenantId, region };
  const keys = keysOf(desk, ask);
  // The channel that is judged may be another one than is asked for: a workflow leaves out what cannot be.
  const optedOut = await readOptOut(parts, ask.phoneNumber.e164);
  let isReadable = await mayCount(desk, keys, load);
  // Whoever waited beside this one may have counted first: nothing may come between this look and the count below.
  while (isReadable && mustShare(desk, keys)) isReadable = await mayCount(desk, keys, load);
  const now = parts.clock.now();
  const velocity = readAll(desk, keys, isReadable, now);
  // Counted before anything waits, so that those who ask at the same time see each other.
  for (const one of keys) counts.addSend(one, now, 1);
  const carriers = desk.carriersOf(ask.phoneNumber, ask.channel);
  const cost = dearestOf(configuration.prices, region, ask.channel, ask.segments, carriers);
  const money = isReadable ? await holdMoney(desk, ask, payer, cost) : null;
  const held = money === "general" || money === "reserve" ? money : null;
  const readings: GuardReadings = { velocity, money, optedOut };
  let last: GuardDecision | null = null;
  let lastFacts: RecipientFacts | null = null;

  return {
    judge(channel, recipient, at) {
      lastFacts = recipient;
      last = judge(requestOf(desk, ask, channel, recipient), readings, configuration, at);
      return last;
    },
    end(sent) {
      const judged = sent ?? last;
      if (judged !== null) countDecision(parts, judged, ask);
      const isProven = sent !== null && lastFacts?.isProven === true;
      for (const one of keys) {
        const stays = sent === null || (isProven && traffic.has(one.limit.counter));
        if (stays) counts.addSend(one, now, -1);
      }
      const owed = sent === null ? 0 : sent.cost;
      const paid = held === null ? 0 : cost;
      if (owed > paid) desk.money.charge(payer, owed - paid, held ?? "reserve", now);
      else if (held !== null) desk.money.release(payer, paid - owed, held, now);
    },
  };
}

/** Whether this node took what it may before the others know (F-15). */
function mustShare({ parts, counts }: Desk, keys: readonly CounterKey[]): boolean {
  return parts.store.isExclusive !== true && keys.some((one) => counts.mustShare(one));
}

/** Whether the counters can be read, and one more may be counted before the other nodes know (F-13, F-15). */
async function mayCount(
  desk: Desk,
  keys: readonly CounterKey[],
  load: () => Promise<void>,
): Promise<boolean> {
  try {
    await load();
    while (mustShare(desk, keys)) await desk.shards.sync();
    return true;
  } catch (cause) {
    warnUnreadable(desk.parts, cause);
    return false;
  }
}

async function holdMoney(
  { parts, money }: Desk,
  ask: GuardAsk,
  payer: Payer,
  cost: number,
): Promise<GuardReadings["money"]> {
  // Only who proved themselves gets at the reserve: the row says so once and for all, so no lock is needed.
  const isProven = async (): Promise<boolean> => {
    const recipient = await parts.store.get(key("recipient", ask.recipientId));
    return recipient !== undefined && recipient.provenAt !== null;
  };
  try {
    return await money.hold(payer, cost, isProven, parts.clock.now());
  } catch (cause) {
    warnUnreadable(parts, cause);
    return null;
  }
}

function warnUnreadable({ log }: EngineParts, cause: unknown): void {
  log.warn(
    { event: "guard_unreadable", error: String(cause) },
    "the guard cannot read its counters: only verified recipients get messages",
  );
}

function countDecision({ meter, log }: EngineParts, decision: GuardDecision, ask: GuardAsk): void {
  const first = decision.reasons.find((one) => one.verdict !== "allow");
  const { channel } = ask;
  meter.count("guard_decisions", { verdict: decision.verdict, rule: first?.rule ?? "none", channel });
  if (first === undefined) return;
  const reasons = decision.reasons.map(({ rule, reason }) => `${rule}:${reason}`);
  const { region } = ask.phoneNumber;
  const fields = {
    event: "guard",
    verdict: decision.verdict,
    reasons,
    channel,
    region,
    tenant: ask.tenantId,
  };
  log.info(fields, "the guard held a message back");
}

function requestOf(
  { carriersOf }: Desk,
  ask: GuardAsk,
  channel: PhoneChannel,
  recipient: RecipientFacts,
): GuardRequest {
  return {
    phoneNumber: ask.phoneNumber,
    channel,
    segments: channel === "sms" ? ask.segments : 1,
    surface: ask.caller.surface,
    hasProof: ask.caller.hasProof === true,
    carriers: carriersOf(ask.phoneNumber, channel),
    recipient,
  };
}

type Values = Partial<Readonly<Record<CounterName, string>>>;

/** What is counted of a number, whoever asks. */
function valuesOf({ e164, region }: PhoneNumber): Values {
  return {
    prefix2: e164.slice(0, -2),
    prefix3: e164.slice(0, -3),
    prefix4: e164.slice(0, -4),
    region,
  };
}

function keysOf(desk: Desk, ask: GuardAsk): readonly CounterKey[] {
  const { caller, subject, binding, isStart } = ask;
  const isAnonymous = caller.surface === "anonymous";
  const values: { -readonly [N in CounterName]?: string | undefined } = valuesOf(ask.phoneNumber);
  if (isAnonymous && isStart) values.address = caller.network;
  // With a key, one binding may stand for a whole service: only a browser's own is one person.
  if (isAnonymous && isStart) values.binding = binding ?? undefined;
  if (isStart) values.subject = subject ?? undefined;
  values.key = caller.keyId;
  return keysFor(desk, ask.tenantId, values as Values);
}

function keysFor({ parts, configuration }: Desk, tenantId: string, values: Values): readonly CounterKey[] {
  const digests = new Map<CounterName, string>();
  for (const name of counterNames) {
    const value = values[name];
    if (value !== undefined) digests.set(name, counterDigest(parts.keyring, tenantId, name, value));
  }
  return configuration.velocity.flatMap((limit) => {
    const digest = digests.get(limit.counter);
    return digest === undefined ? [] : [{ limit, id: counterId(limit.counter, limit.window, digest) }];
  });
}

function readAll(
  { counts }: Desk,
  keys: readonly CounterKey[],
  isReadable: boolean,
  now: number,
): readonly VelocityReading[] {
  return keys.map((one) => (isReadable ? counts.read(one, now) : { limit: one.limit, count: null }));
}
