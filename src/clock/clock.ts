/** Wall time and waiting, so that tests own both (DT-1). */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`, or at once when `signal` is aborted. It never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `act` after `ms`, unless what it returns is called first: for time-outs, most of which never happen. */
  after(ms: number, act: () => void): () => void;
}

/**
 * The clock of the machine, made monotone: when the wall clock steps back, time goes on from the largest instant seen
 * at the rate of the monotonic clock, so that nothing expired revives and no timer stalls (C-40).
 */
export function systemClock(): Clock {
  let seen = Date.now();
  let seenAt = performance.now();
  return {
    now() {
      const wall = Date.now();
      const monotonic = performance.now();
      const advanced = seen + (monotonic - seenAt);
      // The two clocks drift apart by microseconds: only a real step back is bridged.
      seen = wall >= advanced - stepBackMinMs ? Math.max(wall, seen) : Math.floor(advanced);
      seenAt = monotonic;
      return seen;
    },
    sleep(ms, signal) {
      return new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        const done = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener("abort", done);
          resolve();
        };
        const timer = setTimeout(done, Math.min(ms, timeoutMsMax));
        signal?.addEventListener("abort", done);
      });
    },
    after(ms, act) {
      const timer = setTimeout(act, Math.min(ms, timeoutMsMax));
      return () => clearTimeout(timer);
    },
  };
}

const stepBackMinMs = 50;
/** Longer waits overflow a timer and would fire at once. */
const timeoutMsMax = 0x7fff_ffff;
