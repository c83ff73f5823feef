import { sendWindowMs } from "../verification/index.ts";
import type { Provider } from "./provider.ts";

/**
 * Keeps each provider to its rate: a row of slots in time, one a message (D-8). It lives in memory and belongs to one
 * node. Slots go by the id of a delivery, and asking twice gives the same slot, since a decision may run twice.
 */
export interface Pacer {
  /** Whether any provider has a rate. */
  readonly isPaced: boolean;
  /** When the provider has room for this delivery: at the slot that it holds, or at the next free one. */
  opensAt(provider: string, id: string, now: number): number;
  /** Takes that slot, and gives back what the delivery held elsewhere. */
  take(provider: string, id: string, now: number): number;
  /** Its message left: the slot is used. */
  used(id: string): void;
  /** It needs no slot any more. */
  release(id: string): void;
  /** Deliveries whose slot has come. */
  come(now: number): readonly string[];
  /** When the next slot comes that somebody waits for; null when nobody waits. */
  nextAt(now: number): number | null;
}

interface Lane {
  readonly intervalMs: number;
  /** The next free slot. Not whole, so that a rate of 3 a second is one of 3. */
  freeAt: number;
  /** In the order of their slots. */
  readonly held: Map<string, number>;
}

/** After a pause the slots that passed are gone: to send them all at once would be faster than the rate. */
const slotLapseMs = 1_000;

export function createPacer(providers: readonly Provider[]): Pacer {
  const lanes = new Map<string, Lane>();
  for (const { id, ratePerSecond } of providers) {
    if (ratePerSecond === undefined) continue;
    if (!(ratePerSecond > 0)) throw new RangeError(`the rate of ${id} must be above 0, not ${ratePerSecond}`);
    lanes.set(id, { intervalMs: 1_000 / ratePerSecond, freeAt: 0, held: new Map() });
  }

  function opensAt(lane: Lane, id: string, now: number): number {
    forgetFuture(lane, now);
    const held = lane.held.get(id);
    if (held !== undefined && held > now - slotLapseMs) return held;
    return wholeMs(Math.max(lane.freeAt, now));
  }

  function release(id: string, except?: Lane): void {
    for (const lane of lanes.values()) if (lane !== except) giveBack(lane, id);
  }

  return {
    isPaced: lanes.size > 0,
    opensAt(provider, id, now) {
      const lane = lanes.get(provider);
      return lane === undefined ? now : opensAt(lane, id, now);
    },
    take(provider, id, now) {
      const lane = lanes.get(provider);
      release(id, lane);
      if (lane === undefined) return now;
      const at = opensAt(lane, id, now);
      if (lane.held.get(id) === at) return at;
      lane.held.delete(id);
      lane.held.set(id, at);
      lane.freeAt = Math.max(lane.freeAt, now) + lane.intervalMs;
      return at;
    },
    used(id) {
      for (const lane of lanes.values()) lane.held.delete(id);
    },
    release: (id) => release(id),
    come(now) {
      const ids: string[] = [];
      for (const lane of lanes.values()) {
        for (const [id, at] of lane.held) {
          if (at > now) break;
          ids.push(id);
          // What is not worked on by then was taken over, or is found in the outbox.
          if (at <= now - slotLapseMs) lane.held.delete(id);
        }
      }
      return ids;
    },
    nextAt(now) {
      let next = Number.POSITIVE_INFINITY;
      for (const lane of lanes.values()) next = Math.min(next, firstAfter(lane, now));
      return Number.isFinite(next) ? next : null;
    },
  };
}

/** No slot is taken past a deadline, so these were taken while the clock ran ahead. Who waits is in the outbox. */
function forgetFuture(lane: Lane, now: number): void {
  if (lane.freeAt <= now + 2 * sendWindowMs) return;
  lane.freeAt = now;
  lane.held.clear();
}

/** Only the last slot can be given to somebody else: those behind any other have been promised. */
function giveBack(lane: Lane, id: string): void {
  const at = lane.held.get(id);
  if (at === undefined) return;
  lane.held.delete(id);
  if (wholeMs(lane.freeAt - lane.intervalMs) === at) lane.freeAt -= lane.intervalMs;
}

/** Never before the slot, save for what fractions lose at the size of an epoch. */
function wholeMs(at: number): number {
  return Math.ceil(at - 0.01);
}

function firstAfter(lane: Lane, now: number): number {
  for (const at of lane.held.values()) if (at > now) return at;
  return Number.POSITIVE_INFINITY;
}
