import pg from "pg";
import { StorageUnavailable } from "../errors.ts";
import { reasonOf, rejectsOptions } from "./faults.ts";

/** Any number that only we use. */
const exclusiveLock = 0x636f_756f;
/** With patience of its own: the pool's would give up on whoever is at it. */
const exclusiveWaitMs = 3_600_000;

export const statementTimeoutMs = 5_000;
const connectTimeoutMs = 3_000;
/** What a connection that fell silent costs at most; longer than the server itself lets a statement run. */
const answerTimeoutMs = statementTimeoutMs + 1_000;
export const connectionsMaxDefault = 8;

/**
 * Plans made for empty tables must not live on when the tables are large: no sequential scans, nested loops that find
 * rows by key and prune partitions, and one generic plan a statement.
 */
const sessionOptions = [
  "-c enable_seqscan=off",
  "-c enable_hashjoin=off",
  "-c enable_mergejoin=off",
  "-c plan_cache_mode=force_generic_plan",
  "-c jit=off",
  `-c statement_timeout=${statementTimeoutMs}`,
  `-c idle_in_transaction_session_timeout=${2 * statementTimeoutMs}`,
].join(" ");

export interface DatabaseOptions {
  readonly url: string;
  /** Which node this is: its connections carry the name, so that it can end one of its own that hangs. */
  readonly node: string;
  /** Connections of this node. Two carry batches of updates, the others read. Default 8. */
  readonly connectionsMax?: number;
  readonly onError: (error: Error) => void;
}

export function applicationName(node: string): string {
  return `countersign ${node}`;
}

/**
 * A pool that outlives its server: connections that break are replaced when they are next needed.
 * @throws StorageUnavailable when the database cannot be reached
 */
export async function openPool(options: DatabaseOptions): Promise<pg.Pool> {
  const pinned = poolOf(options, sessionOptions);
  try {
    await pinned.query("select");
    return pinned;
  } catch (cause) {
    await pinned.end();
    // Poolers that know no start-up options: the role or the database has to carry them (docs/operate.md).
    if (!rejectsOptions(cause)) throw unreachable(cause);
  }
  const plain = poolOf(options, undefined);
  try {
    await plain.query("select");
    return plain;
  } catch (cause) {
    await plain.end();
    throw unreachable(cause);
  }
}

function poolOf(options: DatabaseOptions, session: string | undefined): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connectionsMax ?? connectionsMaxDefault,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: answerTimeoutMs,
    keepAlive: true,
    application_name: applicationName(options.node),
    ...(session === undefined ? {} : { options: session }),
  });
  // Without listeners a connection that breaks, idle or at work, would end the process.
  pool.on("error", options.onError);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

function unreachable(cause: unknown): StorageUnavailable {
  return new StorageUnavailable(`the database cannot be reached (${reasonOf(cause)})`, { cause });
}

export async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (cause) {
    throw unreachable(cause);
  }
}

/** Runs `work` in one transaction of its own, which is rolled back when it throws. */
export async function transaction<R>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<R>): Promise<R> {
  const client = await connect(pool);
  try {
    await client.query("begin isolation level read committed");
    const result = await work(client);
    await client.query("commit");
    client.release();
    return result;
  } catch (cause) {
    client.release(true);
    throw cause;
  }
}

/** Runs `work` while no other node runs any: what is done once for an installation. */
export function exclusively<R>(pool: pg.Pool, work: () => Promise<R>): Promise<R> {
  return transaction(pool, async (client) => {
    await client.query("set local idle_in_transaction_session_timeout = 0");
    await client.query("set local statement_timeout = 0");
    // The lock lives in a transaction, not in the session: poolers hand sessions around.
    const lock = { text: "select pg_advisory_xact_lock($1)", query_timeout: exclusiveWaitMs };
    await client.query({ ...lock, values: [exclusiveLock] });
    return await work();
  });
}
