import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../clock/index.ts";
import { DataFolderInUse } from "../errors.ts";

export interface FolderLock {
  release(): void;
}

/** Folders locked by this process: SQLite's locks do not tell two connections of one process apart in time. */
const held = new Set<string>();

const pollMs = 100;

/**
 * One process per data folder. The holder keeps an exclusive transaction open on a small database of its own, which
 * the operating system frees when the process dies, however it dies. Waits up to `waitMs` for the holder to go.
 * @throws DataFolderInUse naming the holder.
 */
export async function lockFolder(folder: string, clock: Clock, waitMs: number): Promise<FolderLock> {
  const path = join(folder, "lock.db");
  const pidPath = join(folder, "lock.pid");
  const until = clock.now() + waitMs;
  for (;;) {
    const lock = held.has(path) ? null : tryLock(path);
    if (lock !== null) {
      held.add(path);
      writeFileSync(pidPath, `${process.pid}\n`);
      return {
        release() {
          if (!held.delete(path)) return;
          rmSync(pidPath, { force: true });
          lock.close();
        },
      };
    }
    if (clock.now() >= until) throw inUse(folder, pidPath, held.has(path));
    await clock.sleep(pollMs);
  }
}

function tryLock(path: string): DatabaseSync | null {
  const database = new DatabaseSync(path);
  try {
    database.exec("pragma busy_timeout = 0; begin exclusive");
    return database;
  } catch (cause) {
    database.close();
    if (/locked|busy/i.test(String(cause))) return null;
    throw cause;
  }
}

function inUse(folder: string, pidPath: string, bySelf: boolean): DataFolderInUse {
  if (bySelf) {
    return new DataFolderInUse(
      `${folder} is already open in this process: use one instance per data folder, or close the first`,
    );
  }
  let holder = "another process";
  try {
    holder = `process ${readFileSync(pidPath, "utf8").trim()}`;
  } catch {
    // Without the file the message just names no number.
  }
  return new DataFolderInUse(
    `${folder} is in use by ${holder}: stop it, or give this one another folder with COUNTERSIGN_DATA`,
  );
}
