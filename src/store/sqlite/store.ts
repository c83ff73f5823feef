import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import type { Clock } from "../../clock/index.ts";
import { DataFolderInUse, StorageUnavailable } from "../errors.ts";
import type { PurgeCounts, Store } from "../port.ts";
import { createPrivateFile, openDatabase } from "./database.ts";
import { toOpenFault, toSchemaFault, toStorageFault } from "./faults.ts";
import { type FolderLock, lockFolder } from "./folder-lock.ts";
import { GroupCommit } from "./group-commit.ts";
import { purge } from "./purge.ts";
import { prepareQueries, type Queries } from "./queries.ts";
import { prepareTables } from "./tables.ts";

export interface SqliteStoreOptions {
  /** The data folder; made with mode 0700 where it is missing. */
  readonly folder: string;
  readonly clock: Clock;
  /** How long to wait for another process to let go of the folder. Default 10 s. */
  readonly lockWaitMs?: number;
  /** 1 turns group commit off, for comparison. Default 96. */
  readonly batchMax?: number;
  readonly queueMax?: number;
  /** For tests: whoever changes a row in place gets a TypeError instead of a wrong cache. */
  readonly freezeRows?: boolean;
  /** Runs a turn later; a simulation decides when. Default `setImmediate`. */
  readonly defer?: (turn: () => void) => void;
}

/** The database in the data folder. */
export const databaseName = "countersign.db";

/**
 * The embedded store: one SQLite database in a folder that one process holds.
 * @throws DataFolderInUse, DataUnreadable, StorageUnavailable
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const lock = await takeFolder(options);
  const path = join(options.folder, databaseName);
  let database: DatabaseSync | null = null;
  try {
    database = openDatabase(path);
    return createStore(database, options, () => lock.release());
  } catch (cause) {
    database?.close();
    lock.release();
    throw toSchemaFault(cause, path);
  }
}

async function takeFolder({ folder, clock, lockWaitMs }: SqliteStoreOptions): Promise<FolderLock> {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return await lockFolder(folder, clock, lockWaitMs ?? 10_000);
  } catch (cause) {
    if (cause instanceof DataFolderInUse) throw cause;
    throw toOpenFault(cause, folder);
  }
}

function createStore(database: DatabaseSync, options: SqliteStoreOptions, onClosed: () => void): Store {
  const commits = new GroupCommit({
    database,
    tables: prepareTables(database),
    clock: options.clock,
    batchMax: options.batchMax ?? 96,
    queueMax: options.queueMax ?? 10_000,
    freezeRows: options.freezeRows ?? false,
    ...(options.defer === undefined ? {} : { defer: options.defer }),
  });
  const queries = prepareQueries(database);
  const backups = new Set<Promise<void>>();
  let closing: Promise<void> | null = null;
  const refused = (): StorageUnavailable => new StorageUnavailable("the store is closed");

  /** Synchronous work as a promise whose failure is a storage fault. */
  const working = async <R>(failed: string, work: () => R): Promise<R> => {
    if (closing !== null) throw refused();
    try {
      return work();
    } catch (cause) {
      throw toStorageFault(cause, failed);
    }
  };
  const reading = <R>(read: () => R): Promise<R> => working("the data cannot be read", read);
  const writing = <R>(write: () => R): Promise<R> => working("the data cannot be written", write);

  async function close(): Promise<void> {
    await commits.drained();
    // A copy that runs has the database open on another thread.
    await Promise.allSettled(backups);
    database.close();
    onClosed();
  }

  return {
    isExclusive: true,
    update: (keys, decide) => (closing === null ? commits.update(keys, decide) : Promise.reject(refused())),
    get: (key) => reading(() => commits.read(key)),
    ...reads(queries, reading),
    purge: (before, limit): Promise<PurgeCounts> =>
      writing(() => {
        const counts = purge(database, before, limit);
        commits.forget();
        // What was erased is still in the log of recent changes: empty that too (K-2).
        if (counts.finished) database.exec("pragma wal_checkpoint(truncate)");
        return counts;
      }),
    readMeta: (name) => reading(() => queries.readMeta(name)),
    writeMeta: (name, value) => writing(() => queries.writeMeta(name, value)),
    waiting: () => commits.waiting,
    probe: () => writing(() => proveRoom(database, queries, options.clock.now())),
    async backup(to) {
      if (closing !== null) throw refused();
      const running = copyTo(join(options.folder, databaseName), to);
      backups.add(running);
      try {
        await running;
      } finally {
        backups.delete(running);
      }
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}

type Reads = Pick<
  Store,
  | "deliveriesOf"
  | "due"
  | "nextDueAt"
  | "verifications"
  | "apiKeyByDigest"
  | "tenants"
  | "services"
  | "apiKeys"
>;

function reads(queries: Queries, reading: <R>(read: () => R) => Promise<R>): Reads {
  return {
    deliveriesOf: (id) => reading(() => queries.deliveriesOf(id)),
    due: (queue, now, limit) => reading(() => queries.due(queue, now, limit)),
    nextDueAt: () => reading(() => queries.nextDueAt()),
    verifications: (query) => reading(() => queries.verifications(query)),
    apiKeyByDigest: (digest) => reading(() => queries.apiKeyByDigest(digest)),
    tenants: () => reading(() => queries.tenants()),
    services: (tenantId) => reading(() => queries.services(tenantId)),
    apiKeys: (tenantId) => reading(() => queries.apiKeys(tenantId)),
  };
}

/** More than a page, so that a database that cannot grow is noticed before a start is refused. */
const probeBytes = 16_384;

function proveRoom(database: DatabaseSync, queries: Queries, now: number): void {
  database.exec("begin immediate");
  try {
    queries.writeMeta("probe", "x".repeat(probeBytes));
    queries.writeMeta("probe", String(now));
    database.exec("commit");
  } catch (cause) {
    if (database.isTransaction) database.exec("rollback");
    throw cause;
  }
}

/** All pages in one step, which reads one snapshot: with pauses, each update in between would start the copy again. */
const allPages = 0x7fff_ffff;

/**
 * Copies on another thread and a connection of its own: one step on ours would fail as soon as an update has a
 * transaction open. The copy has another name until it is complete, so that a crash leaves no half of one.
 */
async function copyTo(from: string, to: string): Promise<void> {
  const partial = `${to}.partial`;
  let source: DatabaseSync | null = null;
  try {
    source = new DatabaseSync(from, { readOnly: true });
    rmSync(partial, { force: true });
    createPrivateFile(partial);
    await backup(source, partial, { rate: allPages });
    renameSync(partial, to);
  } catch (cause) {
    rmSync(partial, { force: true });
    throw toStorageFault(cause, `the backup to ${to} failed`);
  } finally {
    source?.close();
  }
}
