import { closeSync, fdatasync, fsyncSync, openSync } from "node:fs";
import { dirname } from "node:path";

/** Calls back once everything that was committed before the call is on the disk, or with what the disk answered. */
export type Sync = (done: (cause: Error | null) => void) => void;

export interface LogSync {
  readonly sync: Sync;
  close(): void;
}

/**
 * The flush that makes commits durable, on a thread of its own instead of the event loop's. SQLite writes a commit to
 * its write-ahead log and (with `synchronous = normal`) leaves the flush to us; a checkpoint it flushes itself, in the
 * order that keeps database and log consistent. The log must exist, and stays the same file as long as a connection
 * is open.
 */
export function openLogSync(databasePath: string): LogSync {
  // Windows flushes only what may be written.
  const log = openSync(`${databasePath}-wal`, "r+");
  syncFolder(dirname(databasePath));
  return {
    sync: (done) => fdatasync(log, done),
    close: () => closeSync(log),
  };
}

/** A new file is found after a power cut only if its folder's entry was flushed too. */
function syncFolder(folder: string): void {
  // Windows has no such call, and keeps entries by itself.
  if (process.platform === "win32") return;
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
