import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DataUnreadable } from "../errors.ts";
import { toOpenFault } from "./faults.ts";

const ownMigrations = join(import.meta.dirname, "migrations");

/** Readable by its owner alone from its first byte on; SQLite gives the files beside it the same mode. */
export function createPrivateFile(path: string): void {
  closeSync(openSync(path, "a", 0o600));
}

/**
 * Opens the database file with the settings that make a commit durable, and brings its schema up to date.
 * @throws DataUnreadable for a file that is damaged or newer than this version, StorageUnavailable for one that cannot
 * be reached.
 */
export function openDatabase(path: string, migrationsFolder: string = ownMigrations): DatabaseSync {
  let database: DatabaseSync | null = null;
  try {
    createPrivateFile(path);
    database = new DatabaseSync(path);
    // NORMAL: a commit is in the log but perhaps not on the disk when it returns; `log-sync.ts` flushes the log before
    // anything is acknowledged. secure_delete: what is erased is gone (K-2).
    database.exec(`
      pragma journal_mode = wal;
      pragma synchronous = normal;
      pragma secure_delete = on;
      pragma foreign_keys = on;
      pragma temp_store = memory;
      pragma cache_size = -32768;
      pragma journal_size_limit = 67108864;
      pragma cell_size_check = on;
    `);
    migrate(database, migrationsFolder);
    return database;
  } catch (cause) {
    database?.close();
    throw toOpenFault(cause, path);
  }
}

/** Each migration and its number are one transaction: a crash in between leaves the schema before or after it. */
function migrate(database: DatabaseSync, folder: string): void {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort();
  const row = database.prepare("pragma user_version").get() as { user_version: number };
  if (row.user_version > files.length) {
    throw new DataUnreadable(
      `the database has schema ${row.user_version}, this version knows ${files.length}: run the newer Countersign`,
    );
  }
  for (const [index, file] of files.entries()) {
    if (index < row.user_version) continue;
    database.exec("begin immediate");
    database.exec(readFileSync(join(folder, file), "utf8"));
    // A pragma takes no parameters; the number is ours.
    database.exec("pragma user_version = ".concat(String(index + 1)));
    database.exec("commit");
  }
}
