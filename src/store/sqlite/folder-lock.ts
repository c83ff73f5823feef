import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../clock/index.ts";
import { DataFolderInUse } from "../errors.ts";
import { createPrivateFile } from "./database.ts";

export interface FolderLock {
  release(): void;
}

const pollMs = 100;

/**
 * One process per data folder. The holder keeps an exclusive transaction open on a small database of its own, which
 * the operating system frees when the process dies, however it dies. Nothing else in the holder may open that file:
 * closing any other handle of it would drop the lock (POSIX). Waits up to `waitMs` for the holder to go.
 * @throws DataFolderInUse naming the holder.
 */
export async function lockFolder(folder: string, clock: Clock, waitMs: number): Promise<FolderLock> {
  const path = join(folder, "lock.db");
  const pidPath = join(folder, "lock.pid");
  const until = clock.now() + waitMs;
  for (;;) {
    const lock = tryLock(path);
    if (lock !== null) {
      writeFileSync(pidPath, `${process.pid}\n`, { mode: 0o600 });
      return {
        release() {
          if (!lock.isOpen) return;
          rmSync(pidPath, { force: true });
          lock.close();
        },
      };
    }
    if (clock.now() >= until) throw inUse(folder, pidPath);
    await clock.sleep(pollMs);
  }
}

function tryLock(path: string): DatabaseSync | null {
  createOnce(path);
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

/** Never opened once it exists: the handle's closing would drop a lock that this process holds. */
function createOnce(path: string): void {
  if (!existsSync(path)) createPrivateFile(path);
}

/**
 * Who holds the folder: the number of its process, "" where that is not known, null where nobody does. Not for the
 * holder itself, whose lock it would drop.
 */
export function folderHolder(folder: string): string | null {
  const path = join(folder, "lock.db");
  if (!existsSync(path)) return null;
  const lock = tryLock(path);
  if (lock !== null) {
    lock.close();
    return null;
  }
  return readPid(join(folder, "lock.pid")) ?? "";
}

function readPid(path: string): string | null {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    // Without the file the message just names no number.
    return null;
  }
}

function inUse(folder: string, pidPath: string): DataFolderInUse {
  const pid = readPid(pidPath);
  if (pid === String(process.pid)) {
    return new DataFolderInUse(
      `${folder} is already open in this process: use one instance per data folder, or close the first`,
    );
  }
  const holder = pid === null ? "another process" : `process ${pid}`;
  return new DataFolderInUse(
    `${folder} is in use by ${holder}: stop it, or give this one another folder with COUNTERSIGN_DATA`,
  );
}
