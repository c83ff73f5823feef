import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../clock/index.ts";
import { DataFolderInUse, storeClosed } from "../errors.ts";
import type { PurgeCounts, Store, StoreReads } from "../port.ts";
import { copyTo } from "./copy.ts";
import { openDatabase } from "./database.ts";
import { toOpenFault, toSchemaFault, toStorageFault } from "./faults.ts";
import { type FolderLock, lockFolder } from "./folder-lock.ts";
import { GroupCommit } from "./group-commit.ts";
import { openLogSync, type Sync } from "./log-sync.ts";
import { purge } from "./purge.ts";
import { prepareQueries, type Queries } from "./queries.ts";
import { scan } from "./scan.ts";
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
  /** Makes durable what was committed; a simulation decides when. Default: a flush of the log on another thread. */
  readonly sync?: Sync;
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

/** @throws DataFolderInUse, StorageUnavailable */
export async function takeFolder({
  folder,
  clock,
  lockWaitMs,
}: Pick<SqliteStoreOptions, "folder" | "clock" | "lockWaitMs">): Promise<FolderLock> {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return await lockFolder(folder, clock, lockWaitMs ?? 10_000);
  } catch (cause) {
    if (cause instanceof DataFolderInUse) throw cause;
    throw toOpenFault(cause, folder);
  }
}

function createStore(database: DatabaseSync, options: SqliteStoreOptions, onClosed: () => void): Store {
  const queries = prepareQueries(database);
  // The log is a file from its first transaction on.
  queries.writeMeta("opened", String(options.clock.now()));
  const log = openLogSync(join(options.folder, databaseName));
  const commits = new GroupCommit({
    database,
    tables: prepareTables(database),
    clock: options.clock,
    batchMax: options.batchMax ?? 96,
    queueMax: options.queueMax ?? 10_000,
    freezeRows: options.freezeRows ?? false,
    sync: options.sync ?? log.sync,
    ...(options.defer === undefined ? {} : { defer: options.defer }),
  });
  const backups = new Set<Promise<void>>();
  let closing: Promise<void> | null = null;

  const { reading, writing } = accessThrough(commits, () => closing === null);

  async function close(): Promise<void> {
    await commits.drained();
    // A copy that runs has the database open on another thread.
    await Promise.allSettled(backups);
    database.close();
    log.close();
    onClosed();
  }

  return {
    isExclusive: true,
    update: (keys, decide) =>
      closing === null ? commits.update(keys, decide) : Promise.reject(storeClosed()),
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
    scan: (table, after, limit) => reading(() => scan(database, table, after, limit)),
    metas: () => reading(() => queries.metas()),
    readMeta: (name) => reading(() => queries.readMeta(name)),
    writeMeta: (name, value) => writing(() => queries.writeMeta(name, value)),
    waiting: () => commits.waiting,
    probe: () => writing(() => proveRoom(database, queries, options.clock.now())),
    async backup(to) {
      if (closing !== null) throw storeClosed();
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

/** Work past the queue of updates, as promises whose failure is a storage fault. */
interface Access {
  reading<R>(read: () => R): Promise<R>;
  /** Durable when it resolves. */
  writing<R>(write: () => R): Promise<R>;
}

function accessThrough(commits: GroupCommit, isOpen: () => boolean): Access {
  const working = <R>(failed: string, work: () => R): R => {
    if (!isOpen()) throw storeClosed();
    try {
      return work();
    } catch (cause) {
      throw toStorageFault(cause, failed);
    }
  };
  return {
    async reading(read) {
      const { flushing } = commits;
      const found = working("the data cannot be read", read);
      if (flushing !== null) await flushing;
      return found;
    },
    async writing(write) {
      const written = working("the data cannot be written", write);
      await commits.flush();
      return written;
    },
  };
}

function reads(queries: Queries, reading: <R>(read: () => R) => Promise<R>): StoreReads {
  return {
    deliveriesOf: (id) => reading(() => queries.deliveriesOf(id)),
    due: (queue, now, limit) => reading(() => queries.due(queue, now, limit)),
    nextDueAt: () => reading(() => queries.nextDueAt()),
    verifications: (query) => reading(() => queries.verifications(query)),
    apiKeyByDigest: (digest) => reading(() => queries.apiKeyByDigest(digest)),
    apiKeysByDialect: (dialect, name) => reading(() => queries.apiKeysByDialect(dialect, name)),
    tenants: () => reading(() => queries.tenants()),
    services: (tenantId) => reading(() => queries.services(tenantId)),
    subscribers: (query) => reading(() => queries.subscribers(query)),
    sessionsOf: (id, limit) => reading(() => queries.sessionsOf(id, limit)),
    apiKeys: (tenantId) => reading(() => queries.apiKeys(tenantId)),
    endpoints: () => reading(() => queries.endpoints()),
    dueEvents: (ids, now, perEndpoint) => reading(() => queries.dueEvents(ids, now, perEndpoint)),
    events: (query) => reading(() => queries.events(query)),
    messages: (query) => reading(() => queries.messages(query)),
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
