import { join } from "node:path";
import type pg from "pg";
import { type Clock, systemClock } from "../../clock/index.ts";
import { DataUnreadable, StorageUnavailable } from "../errors.ts";
import {
  type Migration,
  type MigrationReport,
  readMigrations,
  refuseTooNew,
  type SchemaState,
  worksFromAfter,
  worksFromName,
} from "../migrations.ts";
import type { Connections } from "./connections.ts";
import { transaction } from "./database.ts";
import { isLockTimeout, reasonOf } from "./faults.ts";

/** The steps that this version knows. */
export const ownMigrations: string = join(import.meta.dirname, "migrations");

/** Any number that only we use: two nodes that start at once migrate one after the other. */
const migrationLock = 0x636f_756e;
const migrationTimeoutMs = 3_600_000;
/** What waits behind a step that waits for a table waits no longer than this. */
const lockTimeout = "set local lock_timeout = '1s'";
const lockPauseMs = 500;
const lockTriesMax = 400;

export interface MigrateOptions {
  readonly folder?: string;
  /** For the pauses between tries. */
  readonly clock?: Clock;
  /** Hears of each step before it is taken. */
  readonly onStep?: (name: string) => void;
}

/**
 * Brings the schema up to date, once, whichever node comes first. Each step is a transaction of its own together with
 * its number: whoever is killed leaves the schema before or after a step, and the next one goes on from there.
 * @throws DataUnreadable, StorageUnavailable
 */
export async function migrate(
  connections: Connections,
  options: MigrateOptions = {},
): Promise<MigrationReport> {
  const clock = options.clock ?? systemClock();
  const migrations = readMigrations(options.folder ?? ownMigrations);
  const applied: string[] = [];
  let tries = 0;
  for (;;) {
    try {
      const step = await takeStep(connections, migrations, options.onStep);
      if (step === null) {
        const { version } = await readSchema(connections);
        return { from: version - applied.length, to: version, applied };
      }
      applied.push(step);
      tries = 0;
    } catch (cause) {
      tries += 1;
      if (!isLockTimeout(cause) || tries >= lockTriesMax) throw asFault(cause);
      // Somebody works on the table: let those pass that queued behind us, then ask again.
      await clock.sleep(lockPauseMs);
    }
  }
}

/** What the database says of its schema, without waiting for anybody; version 0 where there is none. */
export async function readSchema(connections: Connections): Promise<SchemaState> {
  try {
    const client = await connections.connect();
    try {
      return await schemaOf(client);
    } finally {
      client.release();
    }
  } catch (cause) {
    throw asFault(cause);
  }
}

async function schemaOf(client: pg.PoolClient): Promise<SchemaState> {
  const { rows: found } = await run<{ there: boolean }>(
    client,
    "select to_regclass('schema_version') is not null as there",
  );
  if (found[0]?.there !== true) return { version: 0, worksFrom: 0 };
  const { rows } = await run<{ version: number }>(client, "select version from schema_version");
  const version = rows[0]?.version ?? 0;
  if (version === 0) return { version: 0, worksFrom: 0 };
  const { rows: meta } = await run<{ value: string }>(client, "select value from meta where name = $1", [
    worksFromName,
  ]);
  return { version, worksFrom: Number(meta[0]?.value ?? version) };
}

/** The next step, under the lock of all migrations; null when there is none. */
function takeStep(
  connections: Connections,
  migrations: readonly Migration[],
  onStep: ((name: string) => void) | undefined,
): Promise<string | null> {
  return transaction(connections, async (client) => {
    await run(client, "set local statement_timeout = 0");
    await run(client, "set local idle_in_transaction_session_timeout = 0");
    // A server at work does not look whether its client lives: a killed migration would run on, and hold its locks.
    await run(client, "set local client_connection_check_interval = '1s'");
    // Whoever comes second waits for the first, however long a migration takes.
    await run(client, "select pg_advisory_xact_lock($1)", [migrationLock]);
    await run(client, lockTimeout);
    const before = await schemaOf(client);
    refuseTooNew(before, migrations.length);
    const next = migrations[before.version];
    if (next === undefined) return null;
    onStep?.(next.name);
    if (before.version === 0)
      await run(client, "create table if not exists schema_version (version integer not null)");
    // The portal of the last statement with parameters keeps its snapshot, and a concurrent index waits for those.
    await run(client, "select");
    if (next.isOutside) await runOutside(connections, next);
    else await run(client, next.text);
    await run(client, "delete from schema_version");
    await run(client, "insert into schema_version values ($1)", [next.number]);
    await run(
      client,
      "insert into meta (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value",
      [worksFromName, String(worksFromAfter(next, before))],
    );
    return next.name;
  });
}

/**
 * Statement by statement on a connection of its own, while `takeStep` holds the lock. Cut short, it is run again from
 * its beginning: such a step begins by dropping what an earlier try may have left.
 */
async function runOutside(connections: Connections, { text }: Migration): Promise<void> {
  const client = await connections.connect();
  try {
    await run(client, "set statement_timeout = 0");
    for (const statement of text.split(/;\s*$/m)) {
      if (statement.replaceAll(/--.*$/gm, "").trim() !== "") await run(client, statement);
    }
  } finally {
    // Its settings go with it.
    client.release(true);
  }
}

/** With patience of its own: the pool's would give up on a long migration. */
function run<R extends pg.QueryResultRow>(
  client: pg.PoolClient,
  text: string,
  values: unknown[] = [],
): Promise<pg.QueryResult<R>> {
  const query = { text, query_timeout: migrationTimeoutMs };
  // Several statements in one text go only without parameters.
  return client.query<R>(values.length === 0 ? query : { ...query, values });
}

function asFault(cause: unknown): DataUnreadable | StorageUnavailable {
  if (cause instanceof DataUnreadable || cause instanceof StorageUnavailable) return cause;
  if (isLockTimeout(cause)) {
    return new StorageUnavailable(
      "the tables cannot be changed (other transactions hold them: end those that pg_stat_activity shows)",
      { cause },
    );
  }
  return new StorageUnavailable(`the tables cannot be made (${reasonOf(cause)})`, { cause });
}
