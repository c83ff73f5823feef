import {
  type CounterName,
  dearestOf,
  type GuardDecision,
  type GuardReadings,
  judge,
  type RecipientFacts,
} from "../guard/index.ts";
import type { PhoneChannel } from "../numbers/index.ts";
import { key } from "../store/index.ts";
import type { CounterKey } from "./guard-counts.ts";
import { type Desk, type GuardAsk, requestOf } from "./guard-desk.ts";
import { keysOf, readAll } from "./guard-keys.ts";
import type { Payer } from "./guard-purse.ts";
import { readOptOut } from "./opt-outs.ts";
import type { EngineParts } from "./parts.ts";

/** A message at the guard's door: it is counted and paid for from here on, until it is said to stay. */
export interface GuardPassage {
  /** Under the locks, as often as the decision runs. */
  judge(channel: PhoneChannel, recipient: RecipientFacts, now: number): GuardDecision;
  /** The decision that the message leaves with, or null where it stays: then nothing was counted or paid. */
  end(sent: GuardDecision | null): void;
}

/** The counters that a proven recipient is left out of. */
const traffic: ReadonlySet<CounterName> = new Set(["prefix2", "prefix3", "prefix4", "region"]);

/** Opens the door to one message. */
export async function openPassage(
  desk: Desk,
  ask: GuardAsk,
  load: () => Promise<void>,
): Promise<GuardPassage> {
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
