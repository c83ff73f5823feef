import { statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../clock/index.ts";
import { createThread } from "../../platform/thread.ts";
import { type Pass, passOn } from "./checkpoint-pass.ts";
import type { CheckpointedFile } from "./checkpoint-worker.ts";
import type { Sync } from "./log-sync.ts";

/** A frame is a page of 4 KB in the log. */
const framesBetween = 4_000;
/** When SQLite makes a checkpoint itself, on the event loop: later than ours, and not at all while ours work. */
export const framesOfSqlite = 16_000;
/** A log that takes longer to grow is copied at once: hardly anybody waits then, and a thread takes 20 MB. */
const quietMs = 60_000;
/** To ask SQLite for the length of its log takes as long as a small write: not after each flush. */
const flushesBetween = 4;

/** Copies what is in the log into the database, under load beside the event loop (ADR 68). */
export interface Checkpoints {
  /** Flushes, and ends a checkpoint where one is due, before it calls back. */
  readonly sync: Sync;
  /** Resolves when none is under way: none begins before the next flush. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

export interface CheckpointOptions {
  readonly flush: Sync;
  /** The length of the log. */
  readonly frames: () => number;
  /** One pass over it, which holds up the event loop. */
  readonly passHere: () => Pass | null;
  /** One pass over it, somewhere else; null when it failed. */
  readonly passBeside: () => Promise<Pass | null>;
  /** Whether SQLite makes checkpoints itself. */
  readonly leaveToSqlite: (isLeft: boolean) => void;
  readonly clock: Pick<Clock, "now">;
  readonly close: () => Promise<void>;
}

/**
 * A checkpoint under load has two passes. The first copies nearly everything while commits go on. A log that is written on and on
 * would never be copied whole, and so never begin anew: the second pass takes what has come meanwhile, and the next
 * commit waits for it as it waits for a flush.
 */
export function createCheckpoints(options: CheckpointOptions): Checkpoints {
  const { flush, frames, clock } = options;
  let running: Promise<void> | null = null;
  let isNearlyCopied = false;
  /** How long the log was after the last checkpoint; it is shorter once it has begun anew. */
  let logBefore = 0;
  let endedAt = clock.now();
  let flushes = 0;

  function isDue(): boolean {
    flushes += 1;
    if (flushes % flushesBetween !== 0) return false;
    const log = frames();
    if (log < logBefore) logBefore = 0;
    return log - logBefore >= framesBetween;
  }

  function end(passed: Pass | null): void {
    logBefore = passed?.log ?? frames();
    endedAt = clock.now();
  }

  function run(isLast: boolean): Promise<void> {
    const work = async (): Promise<void> => {
      // A thread that cannot begin or has broken leaves the log to SQLite's own checkpoints.
      const passed = await options.passBeside().catch(() => null);
      // While none fails, SQLite makes none: the first commit after a backup would copy all that came meanwhile.
      options.leaveToSqlite(passed === null);
      isNearlyCopied = !isLast && passed !== null;
      if (!isNearlyCopied) end(passed);
      running = null;
    };
    running = work();
    return running;
  }

  function begin(): void {
    // One that did not begin anew was held by a reader, and may be of any length.
    if (logBefore === 0 && clock.now() - endedAt >= quietMs) end(options.passHere());
    else void run(false);
  }

  return {
    sync(done) {
      flush((cause) => {
        if (cause === null && isNearlyCopied && running === null) {
          void run(true).then(() => done(null));
          return;
        }
        done(cause);
        if (cause === null && running === null && isDue()) begin();
      });
    },
    async idle() {
      while (running !== null) await running;
    },
    async close() {
      while (running !== null) await running;
      await options.close();
    },
  };
}

/** TypeScript in a clone, JavaScript in the package. */
const file = new URL(
  import.meta.url.endsWith(".ts") ? "./checkpoint-worker.ts" : "./checkpoint-worker.js",
  import.meta.url,
);

/** Of the database at `path`, which `database` is connected to. */
export function checkpointsOf(
  database: DatabaseSync,
  path: string,
  flush: Sync,
  clock: Pick<Clock, "now">,
): Checkpoints {
  const data: CheckpointedFile = { path, inode: statSync(path).ino };
  const thread = createThread<null, Pass | null>({
    name: "checkpoints",
    file,
    memoryMb: { old: 16, young: 2 },
    data,
  });
  return createCheckpoints({
    flush,
    frames: lengthOfLog(database),
    passHere: passOn(database),
    passBeside: () => thread.ask(null),
    leaveToSqlite: autocheckpointOf(database),
    clock,
    close: () => thread.close(),
  });
}

/** On at first, as the connection was opened. */
function autocheckpointOf(database: DatabaseSync): (isOn: boolean) => void {
  let wasOn = true;
  return (isOn) => {
    // What was under way when the store was closed may end after it.
    if (isOn === wasOn || !database.isOpen) return;
    // A pragma takes no parameters; the number is ours.
    database.exec("pragma wal_autocheckpoint = ".concat(String(isOn ? framesOfSqlite : 0)));
    wasOn = isOn;
  };
}

/**
 * SQLite tells it since 3.51. An older one would make a checkpoint instead, so that there it stays what SQLite does itself, as
 * it does where it cannot be told.
 */
function lengthOfLog(database: DatabaseSync): () => number {
  const { version } = database.prepare("select sqlite_version() as version").get() as { version: string };
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < 3 || (major === 3 && minor < 51)) return () => 0;
  const look = database.prepare("pragma wal_checkpoint(noop)");
  return () => {
    try {
      return (look.get() as unknown as Pass).log;
    } catch {
      return 0;
    }
  };
}
