import type { Clock } from "../../clock/index.ts";

/** Waits that take as long as each other; whoever comes within one millisecond waits together. */
export function waitTogether(clock: Clock, ms: number): () => Promise<void> {
  let since = -1;
  let waiting: Promise<void> = Promise.resolve();
  return () => {
    const now = clock.now();
    if (now !== since) {
      since = now;
      // One more, since the last of them may come at its very end.
      waiting = clock.sleep(ms + 1);
    }
    return waiting;
  };
}
