import { closeSync, existsSync, openSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DataUnreadable } from "../errors.ts";
import {
  type MigrationReport,
  readMigrations,
  refuseTooNew,
  type SchemaState,
  worksFromAfter,
  worksFromName,
} from "../migrations.ts";
import { toOpenFault } from "./faults.ts";

/** The steps that this version knows. */
export const ownMigrations: string = join(import.meta.dirname, "migrations");

/** A backup on its way into the folder. Beside no database it says that a restore was cut short. */
export const restoringName = "restore.partial.db";

/** Where a database was, a new one would hide that it is lost, and SQLite would delete the log that it left. */
function refuseToReplace(path: string): void {
  if (sizeOf(path) > 0) return;
  const folder = dirname(path);
  const partial = join(folder, restoringName);
  if (existsSync(partial)) {
    throw new DataUnreadable(
      `a restore into ${folder} was cut short: run \`countersign restore\` again, or delete ${partial} to begin with nothing`,
    );
  }
  const log = `${path}-wal`;
  if (sizeOf(log) === 0) return;
  throw new DataUnreadable(
    `${path} is not there, but its log is, with what was written last: put the database back beside it, or move ${log} away to begin with nothing`,
  );
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Readable by its owner alone from its first byte on; SQLite gives the files beside it the same mode. */
export function createPrivateFile(path: string): void {
  closeSync(openSync(path, "a", 0o600));
}

/**
 * Opens the database file with the settings that make a commit durable, and brings its schema up to date.
 * @throws DataUnreadable for a file that is damaged or newer than this version, StorageUnavailable for one that cannot
 * be reached.
 */
export function openDatabase(
  path: string,
  migrationsFolder: string = ownMigrations,
  bringUpToDate: (database: DatabaseSync) => void = (opened) => void migrate(opened, migrationsFolder),
): DatabaseSync {
  let database: DatabaseSync | null = null;
  try {
    refuseToReplace(path);
    createPrivateFile(path);
    database = new DatabaseSync(path);
    // NORMAL: a commit is in the log but perhaps not on the disk when it returns; `log-sync.ts` flushes the log before
    // anything is acknowledged. secure_delete: what is erased is gone (K-2). A checkpoint is made by `checkpoints.ts` beside
    // the event loop after 16 MB of log, so that it writes a page once that changed many times; SQLite's own, which holds up
    // everything, comes where that one cannot. A commit that split a page walks the whole page cache (5 us of a start and check with 32 MB), and 8 MB serve a million
    // rows as well as 32 (docs/performance.md): the system's own cache holds the file.
    database.exec(`
      pragma journal_mode = wal;
      pragma synchronous = normal;
      pragma secure_delete = on;
      pragma foreign_keys = on;
      pragma temp_store = memory;
      pragma cache_size = -8192;
      pragma journal_size_limit = 67108864;
      pragma cell_size_check = on;
      pragma wal_autocheckpoint = 16000;
    `);
    bringUpToDate(database);
    return database;
  } catch (cause) {
    database?.close();
    throw toOpenFault(cause, path);
  }
}

/** What the database says of its schema. */
export function readSchema(database: DatabaseSync): SchemaState {
  const { user_version: version } = database.prepare("pragma user_version").get() as { user_version: number };
  if (version === 0) return { version, worksFrom: 0 };
  const meta = database.prepare("select value from meta where name = ?").get(worksFromName) as
    | { value: string }
    | undefined;
  return { version, worksFrom: Number(meta?.value ?? version) };
}

/** Each migration and its number are one transaction: a crash in between leaves the schema before or after it. */
export function migrate(
  database: DatabaseSync,
  folder: string,
  onStep: (name: string) => void = () => undefined,
): MigrationReport {
  const migrations = readMigrations(folder);
  const first = readSchema(database);
  refuseTooNew(first, migrations.length);
  const missing = migrations.slice(first.version);
  for (const migration of missing) {
    const before = readSchema(database);
    onStep(migration.name);
    database.exec("begin immediate");
    database.exec(migration.text);
    // A pragma takes no parameters; the number is ours.
    database.exec("pragma user_version = ".concat(String(migration.number)));
    database
      .prepare(
        "insert into meta (name, value) values (?, ?) on conflict (name) do update set value = excluded.value",
      )
      .run(worksFromName, String(worksFromAfter(migration, before)));
    database.exec("commit");
  }
  const to = Math.max(first.version, migrations.length);
  return { from: first.version, to, applied: missing.map(({ name }) => name) };
}
