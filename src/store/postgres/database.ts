import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { DataUnreadable, StorageUnavailable } from "../errors.ts";

const migrationsFolder = join(import.meta.dirname, "migrations");
/** Any number that only we use: two nodes that start at once migrate one after the other. */
const migrationLock = 0x636f_756e;

/**
 * Plans made for empty tables must not live on when the tables are large: no sequential scans, nested loops that find
 * rows by key and prune partitions, and one generic plan a statement.
 */
const plannerOptions =
  "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c plan_cache_mode=force_generic_plan -c jit=off";

export interface DatabaseOptions {
  readonly url: string;
  /** Connections of this node. Two carry batches of updates, the others read. Default 8. */
  readonly connectionsMax?: number;
  readonly onError: (error: Error) => void;
}

const connectTimeoutMs = 5_000;
const statementTimeoutMs = 10_000;

/** A pool that outlives its server: connections that break are replaced when they are next needed. */
export function openPool(options: DatabaseOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connectionsMax ?? 8,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: statementTimeoutMs,
    keepAlive: true,
    application_name: "countersign",
    options: plannerOptions,
  });
  // Without a listener an idle connection that breaks would end the process.
  pool.on("error", options.onError);
  return pool;
}

/** Brings the schema up to date, once, whichever node comes first. */
export async function migrate(pool: pg.Pool): Promise<void> {
  const files = readdirSync(migrationsFolder)
    .filter((name) => name.endsWith(".sql"))
    .sort();
  const client = await connect(pool);
  try {
    await client.query("begin");
    await client.query("select pg_advisory_xact_lock($1)", [migrationLock]);
    await client.query("create table if not exists schema_version (version integer not null)");
    const known = await client.query<{ version: number }>("select version from schema_version");
    const version = known.rows[0]?.version ?? 0;
    if (version > files.length) {
      throw new DataUnreadable(
        `the database has schema ${version}, this version knows ${files.length}: run the newer Countersign`,
      );
    }
    for (const file of files.slice(version)) {
      await client.query(readFileSync(join(migrationsFolder, file), "utf8"));
    }
    await client.query("delete from schema_version");
    await client.query("insert into schema_version values ($1)", [files.length]);
    await client.query("commit");
    client.release();
  } catch (cause) {
    client.release(true);
    throw cause;
  }
}

export async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (cause) {
    throw new StorageUnavailable("the database cannot be reached", { cause });
  }
}
