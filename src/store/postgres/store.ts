import { randomBytes } from "node:crypto";
import type pg from "pg";
import { type Clock, systemClock } from "../../clock/index.ts";
import type { Verification } from "../../verification/index.ts";
import { DataUnreadable, StorageUnavailable, storeClosed } from "../errors.ts";
import { readMigrations, standingOf } from "../migrations.ts";
import type { Due, Key, Store, TableName, Tables, VerificationQuery } from "../port.ts";
import { decodeRow, type StoredRow } from "../rows/index.ts";
import { statusTimes } from "../status-at.ts";
import { accountReads } from "./account-rows.ts";
import { makeMarker } from "./commit-marker.ts";
import { type Connections, openConnections } from "./connections.ts";
import { exclusively, transaction } from "./database.ts";
import { DueLooks } from "./due.ts";
import { isLostConnection, reasonOf } from "./faults.ts";
import { GatheredReads } from "./gathered-reads.ts";
import { PostgresGroupCommit } from "./group-commit.ts";
import { KnownRows } from "./known-rows.ts";
import { migrate, ownMigrations, readSchema } from "./migrate.ts";
import type { RawRow } from "./operation.ts";
import { addDays } from "./partitions.ts";
import { purge } from "./purge.ts";
import { keysByDialect, queries } from "./queries.ts";
import { canExist } from "./reads.ts";
import { scan } from "./scan.ts";
import { checkServer } from "./server-checks.ts";
import { applicationName } from "./session.ts";
import { type Ask, webhookReads } from "./webhook-rows.ts";

export interface PostgresStoreOptions {
  /** `postgres://user:password@host/database`; several hosts with commas between them are searched for the primary. */
  readonly url: string;
  readonly connectionsMax?: number;
  /** 1 turns group commit off, for comparison. Default 128. */
  readonly batchMax?: number;
  readonly queueMax?: number;
  /** Time from here instead of from the database: for tests. */
  readonly clock?: Clock;
  /** What the operator should know: a setting of the server, a connection that broke and was replaced. */
  readonly onWarning?: (sentence: string) => void;
  /** For tests: the migrations of another version. */
  readonly migrationsFolder?: string;
}

export interface PostgresStore extends Store {
  /** Runs `work` while no other node runs any: what is done once for an installation. */
  exclusively<R>(work: () => Promise<R>): Promise<R>;
  /** Prepares for rows of the past, which were made elsewhere. */
  makeRoomSince(at: number): Promise<void>;
  /** How many other nodes are connected to the database now. */
  otherNodes(): Promise<number>;
}

const lanes = 2;
const batchMaxDefault = 128;
const queueMaxDefault = 10_000;

/**
 * The store of many nodes: PostgreSQL 15 or newer, as many processes on it as wanted.
 * @throws StorageUnavailable, DataUnreadable
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<PostgresStore> {
  const node = randomBytes(6).toString("hex");
  const warn = options.onWarning ?? (() => undefined);
  const judge = async (): Promise<void> => {
    for (const sentence of await checkServer(connections, systemClock())) warn(sentence);
  };
  const connections = await openConnections({
    url: options.url,
    node,
    waits: systemClock(),
    onWarning: warn,
    // Another server has settings of its own.
    onMoved: () =>
      void judge().catch((cause: unknown) => warn(`It cannot be looked at: ${reasonOf(cause)}.`)),
    ...(options.connectionsMax === undefined ? {} : { connectionsMax: options.connectionsMax }),
  });
  const folder = options.migrationsFolder ?? ownMigrations;
  try {
    await judge();
    await migrate(connections, { folder });
    const { version, known, standing } = standingOf(await readSchema(connections), readMigrations(folder));
    if (standing === "newer") {
      warn(
        `The database has schema ${version}, this version knows ${known} and still works with it: upgrade soon.`,
      );
    }
    await addDays(connections, options.clock ?? null);
    for (let lane = 0; lane < lanes; lane++) await makeMarker(connections, `${node}.${lane}`);
  } catch (cause) {
    await connections.end();
    if (cause instanceof DataUnreadable || cause instanceof StorageUnavailable) throw cause;
    throw new StorageUnavailable(`the database cannot be prepared (${reasonOf(cause)})`, { cause });
  }
  return createStore(connections, node, options);
}

type Query = <R extends pg.QueryResultRow>(statement: pg.QueryConfig, values?: unknown[]) => Promise<R[]>;

// house: size: the verbs of the port, a line or two each
function createStore(connections: Connections, node: string, options: PostgresStoreOptions): PostgresStore {
  const clock = options.clock ?? null;
  const commits = new PostgresGroupCommit({
    connections,
    node,
    batchMax: options.batchMax ?? batchMaxDefault,
    queueMax: options.queueMax ?? queueMaxDefault,
    lanes,
    clock,
    waits: systemClock(),
    known: new KnownRows(),
  });
  let closing: Promise<void> | null = null;
  const refuseClosed = (): void => {
    if (closing !== null) throw storeClosed();
  };
  const query: Query = async (statement, values = []) => {
    refuseClosed();
    return await readTwice(connections, { ...statement, values });
  };
  const writeMeta = async (name: string, value: string | null): Promise<void> => {
    refuseClosed();
    const statement =
      value === null
        ? { ...queries.removeMeta, values: [name] }
        : { ...queries.writeMeta, values: [name, value] };
    await writeConfirmed(connections, statement);
  };
  const docs = async <T extends TableName>(
    table: T,
    statement: pg.QueryConfig,
    values: unknown[] = [],
  ): Promise<Tables[T][]> =>
    (await query<StoredRow & pg.QueryResultRow>(statement, values)).map((row) => decodeRow(table, row));
  const reads = new GatheredReads((statement, values) =>
    query<RawRow & pg.QueryResultRow>(statement, values),
  );
  const looks = new DueLooks(Number.parseInt(node.slice(0, 2), 16), (statement, values) =>
    query<Due & pg.QueryResultRow>(statement, values),
  );

  return {
    async update(keys, decide) {
      refuseClosed();
      return await commits.update(keys, decide);
    },
    async get<T extends TableName>(key: Key<T>): Promise<Tables[T] | undefined> {
      const row = await reads.get(key);
      refuseClosed();
      return row === undefined ? undefined : decodeRow(key.table, row);
    },
    deliveriesOf: async (id) =>
      canExist({ table: "verification", id }) ? await docs("delivery", queries.deliveriesOf, [id]) : [],
    due: (queue, now, limit) => looks.look(queue, now, limit),
    async nextDueAt() {
      const rows = await query<{ at: string | null }>(queries.nextDue);
      const at = rows[0]?.at ?? null;
      return at === null ? null : Number(at);
    },
    verifications: (asked) => verifications(query, asked),
    apiKeyByDigest: async (digest) => (await docs("apiKey", queries.keyByDigest, [digest]))[0],
    apiKeysByDialect: (dialect, name) => docs("apiKey", keysByDialect[dialect], [name]),
    tenants: () => docs("tenant", queries.tenants),
    services: (tenantId) => docs("service", queries.services, [tenantId]),
    apiKeys: (tenantId) => docs("apiKey", queries.apiKeys, [tenantId]),
    ...webhookReads(docs, query as Ask),
    ...accountReads(docs),
    async purge(before, limit) {
      refuseClosed();
      try {
        return await purge(connections, before, limit, clock);
      } catch (cause) {
        throw new StorageUnavailable("old rows could not be removed", { cause });
      }
    },
    scan: (table, after, limit) => scan(query, table, after, limit),
    metas: async () =>
      new Map(
        (await query<{ name: string; value: string }>(queries.metas)).map((row) => [row.name, row.value]),
      ),
    readMeta: async (name) => (await query<{ value: string }>(queries.readMeta, [name]))[0]?.value,
    writeMeta,
    waiting: () => commits.waiting,
    async probe() {
      await commits.settleDoubts();
      await writeMeta("probe", "written");
    },
    backup: () =>
      Promise.reject(
        new StorageUnavailable("a PostgreSQL database is backed up with pg_dump or pg_basebackup"),
      ),
    exclusively: (work) => exclusively(connections, work),
    makeRoomSince: (at) => addDays(connections, clock, at),
    otherNodes: async () =>
      (await query<{ nodes: number }>(queries.otherNodes, [applicationName(node)]))[0]?.nodes ?? 0,
    close() {
      closing ??= commits.drained().then(() => connections.end());
      return closing;
    },
  };
}

/** A connection that broke while nobody used it shows only at the next statement: that one is asked again. */
async function readTwice<R extends pg.QueryResultRow>(
  connections: Connections,
  statement: pg.QueryConfig,
): Promise<R[]> {
  try {
    return (await connections.query<R>(statement)).rows;
  } catch (cause) {
    if (cause instanceof StorageUnavailable) throw cause;
    if (!isLostConnection(cause)) throw new StorageUnavailable("the data cannot be read", { cause });
  }
  try {
    return (await connections.query<R>(statement)).rows;
  } catch (cause) {
    throw new StorageUnavailable(`the database cannot be reached (${reasonOf(cause)})`, { cause });
  }
}

/** A write counts when its commit does, here as everywhere: readiness means that standbys confirm, too. */
async function writeConfirmed(connections: Connections, statement: pg.QueryConfig): Promise<void> {
  const write = (): Promise<unknown> => transaction(connections, (client) => client.query(statement));
  try {
    // It may have been done already, and does the same again.
    await write().catch((cause: unknown) => (isLostConnection(cause) ? write() : Promise.reject(cause)));
  } catch (cause) {
    if (cause instanceof StorageUnavailable) throw cause;
    throw new StorageUnavailable(`the data cannot be written (${reasonOf(cause)})`, { cause });
  }
}

/** Sorts after every id. */
const endOfIds = "ffffffff-ffff-ffff-ffff-ffffffffffff";

async function verifications(query: Query, asked: VerificationQuery): Promise<Verification[]> {
  const { tenantId, recipientId, status, before, limit } = asked;
  const values = [tenantId, before ?? endOfIds, status ?? null, limit, ...statusTimes(asked.at)];
  const rows =
    recipientId === undefined
      ? await query<StoredRow & pg.QueryResultRow>(queries.byTenant, values)
      : await query<StoredRow & pg.QueryResultRow>(queries.byRecipient, [...values, recipientId]);
  return rows.map((row) => decodeRow("verification", row));
}
