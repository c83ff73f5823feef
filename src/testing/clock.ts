import type { Clock } from "../clock/index.ts";

/** A clock that stands still until it is moved. */
export interface FakeClock extends Clock {
  /** Moves time forward: at each instant all who sleep until then wake, and what they do happens before the next. */
  advance(ms: number): Promise<void>;
  /**
   * Time goes by as for a machine that was suspended: afterwards whoever slept until then wakes once, in order. What
   * repeats itself every quarter of a second costs a long `advance` most of its time.
   */
  suspend(ms: number): Promise<void>;
  /** Jumps without waking anybody in between, also backwards: what an operator or NTP does to a clock. */
  jumpTo(at: number): void;
  /** How many sleep. */
  readonly sleeping: number;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Turns of the event loop in which everything that a wake-up set off comes to rest. */
const turnsToRest = 28;
/** To ask what the process waits for takes longer than ten turns. */
const turnsBetweenLooks = 4;

export const fakeClockStart: number = Date.UTC(2026, 0, 1, 12);

/** `isBusy` tells of work that waits for something outside the process, such as a database: time stands still for it. */
export function createFakeClock(
  start: number = fakeClockStart,
  isBusy: () => boolean = () => false,
): FakeClock {
  let now = start;
  const sleepers = new Set<Sleeper>();

  /** When somebody wakes next. */
  function nextWaking(until: number): number | null {
    let first: number | null = null;
    for (const { at } of sleepers) if (at <= until && (first === null || at < first)) first = at;
    return first;
  }

  /** Whoever sleeps until then wakes, in order, and what they do comes to rest. */
  async function wakeUntil(until: number): Promise<void> {
    const due = [...sleepers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
    // One of them may be called off by another.
    for (const sleeper of due) if (sleepers.has(sleeper)) sleeper.wake();
    await rest(isBusy);
  }

  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        const wake = (): void => {
          sleepers.delete(sleeper);
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        const sleeper: Sleeper = { at: now + Math.max(0, ms), wake };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", wake);
      }),
    after(ms, act) {
      const wake = (): void => {
        sleepers.delete(sleeper);
        act();
      };
      const sleeper: Sleeper = { at: now + Math.max(0, ms), wake };
      sleepers.add(sleeper);
      return () => sleepers.delete(sleeper);
    },
    async advance(ms) {
      const until = now + ms;
      await rest(isBusy);
      for (let at = nextWaking(until); at !== null; at = nextWaking(until)) {
        now = Math.max(now, at);
        await wakeUntil(at);
      }
      now = until;
    },
    async suspend(ms) {
      await rest(isBusy);
      now += ms;
      await wakeUntil(now);
    },
    jumpTo(at) {
      now = at;
    },
    get sleeping() {
      return sleepers.size;
    },
  };
}

/** Work that waits for the clock itself would wait for ever. */
const busyTurnsMax = 200_000;

async function rest(isBusy: () => boolean): Promise<void> {
  let busyTurns = 0;
  for (let turn = 0; turn < turnsToRest; turn++) {
    await nextTurn();
    // A store that flushes its log on another thread goes on when that is done, however many turns it takes.
    while (turn % turnsBetweenLooks === 0 && isFlushing()) await nextTurn();
    for (; isBusy() && busyTurns < busyTurnsMax; busyTurns++) {
      await nextTurn();
      // What it sets off when it is done has turns of its own.
      turn = 0;
    }
  }
}

function isFlushing(): boolean {
  return process.getActiveResourcesInfo().includes("FSReqCallback");
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
