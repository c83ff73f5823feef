import { sendWindowMs, slotGraceMs } from "../verification/index.ts";
import type { Pacer } from "./pacer.ts";
import type { Provider } from "./provider.ts";

/**
 * How much waits for each provider with a rate, as far as this node knows: the slots that are taken, and what will
 * take one soon. An estimate, so that it costs a start no query.
 */
export interface Backlog {
  /** Whether there is anything to estimate. */
  readonly isPaced: boolean;
  /**
   * Counts a delivery that is about to be written. Where the backlog of everybody who may take it is longer than their
   * rates can clear by the deadline, it is not counted, and the answer is when to try again (D-8).
   */
  expect(id: string, able: readonly Provider[], deadline: number, now: number): number | null;
  /** Counts what waited in the outbox when this node started, whoever it waits for. */
  restore(ids: readonly string[], now: number): void;
  /** The delivery has its slot, or needs none. */
  arrived(id: string): void;
}

interface Queue {
  readonly provider: Provider;
  readonly intervalMs: number;
  expected: number;
}

interface Expected {
  readonly queue: Queue;
  readonly until: number;
}

/** Of a slot right before its deadline nobody can be sure: another node may take it over first. */
const marginMs = 2 * slotGraceMs;
const retryAfterMsMin = 1_000;

export function createBacklog(providers: readonly Provider[], pacer: Pacer): Backlog {
  const expected = new Map<string, Expected>();
  const queues: Queue[] = providers.flatMap((provider) =>
    provider.ratePerSecond === undefined
      ? []
      : [{ provider, intervalMs: 1_000 / provider.ratePerSecond, expected: 0 }],
  );

  const opensAt = (queue: Queue, now: number): number =>
    pacer.opensAt(queue.provider.id, "", now) + queue.expected * queue.intervalMs;

  function shortest(among: readonly Queue[], now: number): Queue | undefined {
    let best = among[0];
    for (const one of among) if (best !== undefined && opensAt(one, now) < opensAt(best, now)) best = one;
    return best;
  }

  function count(id: string, queue: Queue, now: number): void {
    queue.expected += 1;
    expected.set(id, { queue, until: now + sendWindowMs });
  }

  function arrived(id: string): void {
    const one = expected.get(id);
    if (one === undefined) return;
    expected.delete(id);
    one.queue.expected -= 1;
  }

  /** What another node took up never arrives here. */
  function forgetOld(now: number): void {
    for (const [id, { until }] of expected) {
      if (until > now) return;
      arrived(id);
    }
  }

  return {
    isPaced: pacer.isPaced,
    expect(id, able, deadline, now) {
      if (!pacer.isPaced || expected.has(id)) return null;
      if (able.some((one) => one.ratePerSecond === undefined)) return null;
      forgetOld(now);
      const among = queues.filter(({ provider }) => able.includes(provider));
      const queue = shortest(among, now);
      if (queue === undefined) return null;
      const lateMs = Math.ceil(opensAt(queue, now)) + marginMs - deadline;
      if (lateMs >= 0) return now + Math.max(lateMs + Math.ceil(queue.intervalMs), retryAfterMsMin);
      count(id, queue, now);
      return null;
    },
    restore(ids, now) {
      for (const id of ids) {
        const queue = shortest(queues, now);
        if (queue !== undefined && !expected.has(id)) count(id, queue, now);
      }
    },
    arrived,
  };
}
