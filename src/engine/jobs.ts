import { isFullRound, ringAlarms } from "./alarms.ts";
import type { ArrivalWatch } from "./arrivals.ts";
import { createAuditWatch } from "./audit-watch.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Guard } from "./guard.ts";
import type { EngineParts } from "./parts.ts";
import { stepRotation } from "./rotation/rotation.ts";

/** What runs by itself: the outbox, the timers, and the removal of what is old. */
export interface Jobs {
  run(): void;
  /** Lets everything happen whose time has come. */
  ring(): Promise<void>;
  /** Takes up nothing more; resolves when the rounds under way are over. */
  stop(): Promise<void>;
}

const pollMs = 250;
/** How soon a rotation begins that another node was asked for; and the pause after each of its pages. */
const rotationEveryMs = 1_000;
const rotationPauseMs = 20;
const purgeEveryMs = 3_600_000;
const purgePauseMs = 1_000;
const purgeRowsMax = 500;
const settledKeptMs = 30 * 86_400_000;
const idempotencyKeptMs = 86_400_000;

/** How old the other nodes' counts are at the most, and what a crash may forget of one's own (F-15). */
const guardEveryMs = 2_000;
const arrivalsEveryMs = 1_000;

export function createJobs(
  parts: EngineParts,
  owner: string,
  dispatcher: Dispatcher,
  { guard, arrivals }: { readonly guard: Guard | null; readonly arrivals: ArrivalWatch | null },
): Jobs {
  const stopping = new AbortController();
  let loops: Promise<void>[] = [];

  /** A job that fails is tried again at its next turn: what it works on is in the store. */
  async function loop(name: string, round: () => Promise<void>, everyMs: number): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await round();
      } catch (cause) {
        parts.log.error({ job: name, error: String(cause) }, "a job failed and will be tried again");
      }
      await parts.clock.sleep(everyMs, stopping.signal);
    }
  }

  async function ring(): Promise<void> {
    while (isFullRound(await ringAlarms(parts, dispatcher.offer))) {
      if (stopping.signal.aborted) return;
    }
  }

  return {
    run() {
      loops = [
        loop("deliveries", () => dispatcher.poll(), pollMs),
        loop("alarms", ring, pollMs),
        ...(parts.webhooks === undefined ? [] : [loop("webhooks", parts.webhooks.poll, pollMs)]),
        ...(guard === null ? [] : [loop("guard", () => guard.sync(), guardEveryMs)]),
        ...(arrivals === null ? [] : [loop("arrivals", () => arrivals.look(), arrivalsEveryMs)]),
        loop("rotation", () => rotateAll(parts, owner, stopping.signal), rotationEveryMs),
        loop("purge", () => purgeAll(parts, stopping.signal), purgeEveryMs),
        loop("audit", createAuditWatch(parts, stopping.signal), purgeEveryMs),
      ];
    },
    ring,
    async stop() {
      stopping.abort();
      dispatcher.halt();
      await Promise.all(loops);
    },
  };
}

/** Page after page with pauses, so that no request waits behind a rotation (K-4). */
async function rotateAll(parts: EngineParts, owner: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await stepRotation(parts, owner)).type === "worked") {
    await parts.clock.sleep(rotationPauseMs, signal);
  }
}

/** Small batches with pauses, so that no request waits behind a purge (N-8). */
async function purgeAll(parts: EngineParts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const now = parts.clock.now();
    const before = { settled: now - settledKeptMs, idempotency: now - idempotencyKeptMs, accounts: now };
    const { finished } = await parts.store.purge(before, purgeRowsMax);
    if (finished) return;
    await parts.clock.sleep(purgePauseMs, signal);
  }
}
