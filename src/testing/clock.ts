import type { Clock } from "../clock/index.ts";

/** A clock that stands still until it is moved. */
export interface FakeClock extends Clock {
  /** Moves time forward, waking every sleeper at its own instant, and lets what they do happen. */
  advance(ms: number): Promise<void>;
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
const turnsToRest = 24;

export const fakeClockStart: number = Date.UTC(2026, 0, 1, 12);

export function createFakeClock(start: number = fakeClockStart): FakeClock {
  let now = start;
  const sleepers = new Set<Sleeper>();

  function nextSleeper(until: number): Sleeper | undefined {
    let first: Sleeper | undefined;
    for (const one of sleepers)
      if (one.at <= until && (first === undefined || one.at < first.at)) first = one;
    return first;
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
      await rest();
      for (let sleeper = nextSleeper(until); sleeper !== undefined; sleeper = nextSleeper(until)) {
        now = Math.max(now, sleeper.at);
        sleeper.wake();
        await rest();
      }
      now = until;
    },
    jumpTo(at) {
      now = at;
    },
    get sleeping() {
      return sleepers.size;
    },
  };
}

async function rest(): Promise<void> {
  for (let turn = 0; turn < turnsToRest; turn++) {
    await nextTurn();
    // A store that flushes its log on another thread goes on when that is done, however many turns it takes.
    while (process.getActiveResourcesInfo().includes("FSReqCallback")) await nextTurn();
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
