/** What a call told of its carrier: whether it works. `none` says nothing about that. */
export type Sign = "good" | "bad" | "none";

/** Whether one carrier takes messages on one channel, as one node finds out by calling it. */
export interface Circuit {
  /** Whether it is to be passed over by this delivery. The one that probes an open circuit passes. */
  isOpenFor(delivery: string, now: number): boolean;
  /** The delivery goes to this carrier: where the circuit is open, it is the probe. May be said twice. */
  chosen(delivery: string, now: number): void;
  began(delivery: string, now: number): void;
  /** `restMs`: how long the carrier asked to be left alone. */
  ended(delivery: string, sign: Sign, now: number, restMs?: number): void;
  state(now: number): CircuitState;
}

export type CircuitState =
  | { readonly type: "closed" }
  /** Calls stay without an answer, though none has timed out yet. */
  | { readonly type: "silent" }
  /** It asked for a pause. */
  | { readonly type: "resting"; readonly until: number }
  | { readonly type: "open"; readonly since: number; readonly probeAt: number };

const signsMax = 20;
const signsKeptMs = 60_000;
/** Opens at so many bad signs, if they are half of all or more. */
const badMin = 3;
const badShare = 0.5;
/** At most one delivery is risked in this time. */
export const probeEveryMs = 10_000;
const restMsMax = 60_000;
/** Probes that must succeed, one after the other, before it closes: less to open than to close, so that it rests. */
const probesMin = 3;
const probesMax = 12;
/** Opened again so soon after it closed, it must prove itself twice as long. */
const relapseMs = 300_000;
/** So many calls without an answer for so long, and nobody else gets one: new deliveries do not wait to see more. */
const silentCalls = 3;
const silentMs = 2_500;

// house: size: one state machine, each transition a few lines
export function createCircuit(): Circuit {
  let signs: { readonly at: number; readonly bad: boolean }[] = [];
  /** Calls under way, in the order in which they began. */
  const calls = new Map<string, number>();
  let openedAt: number | null = null;
  let probeAt = 0;
  let probe: string | null = null;
  let proven = 0;
  let needed = probesMin;
  let closedAt = Number.NEGATIVE_INFINITY;
  let goodAt = Number.NEGATIVE_INFINITY;
  let restsUntil = 0;

  function open(now: number): void {
    needed = now - closedAt < relapseMs ? Math.min(needed * 2, probesMax) : probesMin;
    openedAt = now;
    probeAt = now + probeEveryMs;
    probe = null;
    proven = 0;
    signs = [];
  }

  function close(now: number): void {
    openedAt = null;
    probe = null;
    closedAt = now;
  }

  function note(bad: boolean, now: number): void {
    signs.push({ at: now, bad });
    signs = signs.slice(-signsMax).filter((one) => one.at > now - signsKeptMs);
    const found = signs.filter((one) => one.bad).length;
    if (found >= badMin && found >= signs.length * badShare) open(now);
  }

  /** Only calls that began since it opened tell whether it may close. */
  function prove(bad: boolean, beganAt: number, now: number): void {
    if (openedAt === null || beganAt < openedAt) return;
    if (bad) {
      proven = 0;
      probeAt = Math.max(probeAt, now + probeEveryMs);
      return;
    }
    proven += 1;
    if (proven >= needed) close(now);
  }

  function isSilent(now: number): boolean {
    if (calls.size < silentCalls || now - goodAt < silentMs) return false;
    let waiting = 0;
    for (const beganAt of calls.values()) {
      if (now - beganAt < silentMs) return false;
      waiting += 1;
      if (waiting >= silentCalls) return true;
    }
    return false;
  }

  return {
    isOpenFor(delivery, now) {
      if (openedAt !== null) return probe !== delivery && now < probeAt;
      return now < restsUntil || isSilent(now);
    },
    chosen(delivery, now) {
      if (openedAt === null || probe === delivery || now < probeAt) return;
      probe = delivery;
      probeAt = now + probeEveryMs;
    },
    began: (delivery, now) => void calls.set(delivery, now),
    ended(delivery, sign, now, restMs) {
      const beganAt = calls.get(delivery) ?? now;
      calls.delete(delivery);
      if (probe === delivery) probe = null;
      if (restMs !== undefined) restsUntil = now + Math.min(restMs, restMsMax);
      if (sign === "none") return;
      if (sign === "good") goodAt = now;
      if (openedAt === null) note(sign === "bad", now);
      else prove(sign === "bad", beganAt, now);
    },
    state(now) {
      if (openedAt !== null) return { type: "open", since: openedAt, probeAt };
      if (now < restsUntil) return { type: "resting", until: restsUntil };
      return isSilent(now) ? { type: "silent" } : { type: "closed" };
    },
  };
}
