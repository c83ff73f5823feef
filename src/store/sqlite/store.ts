import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../clock/index.ts";
import { DataFolderInUse, storeClosed } from "../errors.ts";
import type { PurgeBefore, PurgeCounts, Store, StoreReads, TableName } from "../port.ts";
import { checkpointsOf } from "./checkpoints.ts";
import { copyTo } from "./copy.ts";
import { openDatabase } from "./database.ts";
import { isSqliteError, toOpenFault, toSchemaFault, toStorageFault } from "./faults.ts";
import { type FolderLock, lockFolder } from "./folder-lock.ts";
import { GroupCommit } from "./group-commit.ts";
import { Journal } from "./journal.ts";
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
  /** From how many rows on a batch goes to the journal first. Default 16. */
  readonly journaledMin?: number;
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
  const path = join(options.folder, databaseName);
  const log = openLogSync(path);
  const checkpoints = checkpointsOf(database, path, log.sync, options.clock);
  const journal = new Journal(database, prepareTables(database), options.journaledMin);
  const commits = new GroupCommit({
    database,
    journal,
    clock: options.clock,
    batchMax: options.batchMax ?? 96,
    queueMax: options.queueMax ?? 10_000,
    freezeRows: options.freezeRows ?? false,
    sync: options.sync ?? checkpoints.sync,
    ...(options.defer === undefined ? {} : { defer: options.defer }),
  });
  const backups = backupsOf(path, journal);
  let closing: Promise<void> | null = null;

  const { reading, writing } = accessThrough(commits, journal, () => closing === null);

  async function close(): Promise<void> {
    await commits.drained();
    await backups.ended();
    await checkpoints.close();
    foldIfPossible(journal);
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
    async purge(before, limit): Promise<PurgeCounts> {
      // Beside another checkpoint, the one that empties the log would be refused.
      await checkpoints.idle();
      return await writing(() => {
        const counts = purgeWith(database, journal, before, limit);
        commits.forget();
        return counts;
      });
    },
    scan: (table, after, limit) => reading(() => scan(database, table, after, limit), table),
    metas: () => reading(() => queries.metas()),
    readMeta: (name) => reading(() => queries.readMeta(name)),
    writeMeta: (name, value) => writing(() => queries.writeMeta(name, value)),
    waiting: () => commits.waiting,
    probe: () => writing(() => proveRoom(database, queries, options.clock.now())),
    async backup(to) {
      if (closing !== null) throw storeClosed();
      await backups.copy(to);
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}

/** Copies that run have the database open on another thread: it is closed after them. */
function backupsOf(path: string, journal: Journal) {
  const copies = new Set<Promise<void>>();
  return {
    async copy(to: string): Promise<void> {
      // Who looks into a copy counts its tables.
      foldIfPossible(journal);
      const running = copyTo(path, to);
      copies.add(running);
      try {
        await running;
      } finally {
        copies.delete(running);
      }
    },
    ended: (): Promise<unknown> => Promise.allSettled(copies),
  };
}

function purgeWith(
  database: DatabaseSync,
  journal: Journal,
  before: PurgeBefore,
  limit: number,
): PurgeCounts {
  journal.fold();
  const counts = purge(database, before, limit);
  // What was erased is still in the journal and in the log of recent changes: empty them too (K-2).
  if (counts.finished) {
    journal.scrub();
    database.exec("pragma wal_checkpoint(truncate)");
  }
  return counts;
}

/** What a full disk keeps from its tables stays in the journal, whose rows the next process folds. */
function foldIfPossible(journal: Journal): void {
  try {
    journal.fold();
  } catch (cause) {
    if (!isSqliteError(cause)) throw cause;
  }
}

/** Work past the queue of updates, as promises whose failure is a storage fault. */
interface Access {
  /** Of rows by key, or of these tables past the rows by key. */
  reading<R>(read: () => R, ...tables: readonly TableName[]): Promise<R>;
  /** Durable when it resolves. */
  writing<R>(write: () => R): Promise<R>;
}

function accessThrough(commits: GroupCommit, journal: Journal, isOpen: () => boolean): Access {
  const working = <R>(failed: string, work: () => R): R => {
    if (!isOpen()) throw storeClosed();
    try {
      return work();
    } catch (cause) {
      throw toStorageFault(cause, failed);
    }
  };
  return {
    async reading(read, ...tables) {
      const { flushing } = commits;
      const found = working("the data cannot be read", () => {
        if (tables.length > 0) journal.fold(...tables);
        return read();
      });
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

function reads(queries: Queries, reading: Access["reading"]): StoreReads {
  return {
    deliveriesOf: (id) => reading(() => queries.deliveriesOf(id), "delivery"),
    due: (queue, now, limit) =>
      reading(() => queries.due(queue, now, limit), queue === "delivery" ? "delivery" : "verification"),
    nextDueAt: () => reading(() => queries.nextDueAt(), "delivery", "verification"),
    verifications: (query) => reading(() => queries.verifications(query), "verification", "recipient"),
    apiKeyByDigest: (digest) => reading(() => queries.apiKeyByDigest(digest), "apiKey"),
    apiKeysByDialect: (dialect, name) => reading(() => queries.apiKeysByDialect(dialect, name), "apiKey"),
    tenants: () => reading(() => queries.tenants(), "tenant"),
    services: (tenantId) => reading(() => queries.services(tenantId), "service"),
    subscribers: (query) => reading(() => queries.subscribers(query), "subscriber"),
    sessionsOf: (query) => reading(() => queries.sessionsOf(query), "session"),
    apiKeys: (tenantId) => reading(() => queries.apiKeys(tenantId), "apiKey"),
    endpoints: (tenantId) => reading(() => queries.endpoints(tenantId), "endpoint"),
    endpointChanges: (since) => reading(() => queries.endpointChanges(since), "endpoint"),
    dueEndpoints: (now) => reading(() => queries.dueEndpoints(now), "event"),
    dueEvents: (ids, now, perEndpoint) => reading(() => queries.dueEvents(ids, now, perEndpoint), "event"),
    events: (query) => reading(() => queries.events(query), "event"),
    messages: (query) => reading(() => queries.messages(query), "message"),
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
