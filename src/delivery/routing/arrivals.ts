import { baselineOf, hasCollapsed, type Proportion } from "../../guard/index.ts";

/** By what it is known that a message arrived: a receipt that says so, or the code coming back. */
export type Evidence = "receipts" | "approvals";

/** Why a carrier comes last for a while. */
export interface Demotion {
  readonly evidence: Evidence;
  readonly since: number;
  /** Of those messages of late whose time is over. */
  readonly lately: Proportion;
  /** The share that had been usual. */
  readonly usual: number;
}

/** What became of the messages that one carrier took on one channel, for one region or for all (F-8, R-11). */
export interface Arrivals {
  /** A message of which it is known by now whether it arrived. */
  note(evidence: Evidence, arrived: boolean, sentAt: number, now: number): void;
  /** Null while it does as well as it usually does. */
  demotion(): Demotion | null;
  /** Whether this delivery may go there all the same, to see whether it is better now. */
  mayTry(delivery: string, now: number): boolean;
  tried(delivery: string, now: number): void;
}

interface Signal {
  lately: { readonly at: number; readonly arrived: boolean }[];
  past: { messages: number; good: number };
}

const latelyMax = 50;
const latelyMs = 900_000;
/** Half of what is usual: less is a collapse, and more than three quarters is none any more. */
const collapsedPart = 0.5;
const recoveredPart = 0.75;
const triesToRecover = 5;
export const tryEveryMs = 30_000;
/** What is usual is of the last few hundred messages: each new one takes this much from the older ones. */
const kept = 0.998;
/** Receipts that never came are not missed: some carriers and routes have none. */
const receiptsToMiss = 10;

// house: size: one state machine, each transition a few lines
export function createArrivals(): Arrivals {
  const signals: Record<Evidence, Signal> = {
    receipts: { lately: [], past: { messages: 0, good: 0 } },
    approvals: { lately: [], past: { messages: 0, good: 0 } },
  };
  let demoted: Demotion | null = null;
  let tryAt = 0;
  let trying: string | null = null;

  /** What is older than lately is what is usual. */
  function age(signal: Signal, now: number): void {
    const old = signal.lately.filter(
      (one, index) => index < signal.lately.length - latelyMax || one.at <= now - latelyMs,
    );
    if (old.length === 0) return;
    signal.lately = signal.lately.slice(old.length);
    for (const { arrived } of old) {
      signal.past.messages = signal.past.messages * kept + 1;
      signal.past.good = signal.past.good * kept + (arrived ? 1 : 0);
    }
  }

  function collapse(evidence: Evidence, now: number): void {
    const signal = signals[evidence];
    if (evidence === "receipts" && signal.past.good + countGood(signal).good < receiptsToMiss) return;
    const lately = countGood(signal);
    const usual = baselineOf(signal.past);
    if (!hasCollapsed(lately, usual, collapsedPart)) return;
    demoted = { evidence, since: now, lately, usual };
    tryAt = now + tryEveryMs;
    // What made it fall is not what is usual; from here on only what is tried counts.
    for (const one of Object.values(signals)) one.lately = [];
  }

  function recover(now: number): void {
    if (demoted === null) return;
    const signal = signals[demoted.evidence];
    const { messages, good } = countGood(signal);
    if (messages < triesToRecover) return;
    if (good >= messages * recoveredPart * demoted.usual) demoted = null;
    else signal.lately = signal.lately.filter((one) => one.at > now - latelyMs).slice(1 - triesToRecover);
  }

  return {
    note(evidence, arrived, sentAt, now) {
      // What left before it fell says nothing about whether it is better now.
      if (demoted !== null && sentAt < demoted.since) return;
      const signal = signals[evidence];
      signal.lately.push({ at: now, arrived });
      if (demoted !== null) recover(now);
      else {
        age(signal, now);
        collapse(evidence, now);
      }
    },
    demotion: () => demoted,
    mayTry: (delivery, now) => demoted !== null && (trying === delivery || now >= tryAt),
    tried(delivery, now) {
      if (demoted === null || trying === delivery || now < tryAt) return;
      trying = delivery;
      tryAt = now + tryEveryMs;
    },
  };
}

function countGood({ lately }: Signal): Proportion {
  return { messages: lately.length, good: lately.filter((one) => one.arrived).length };
}
