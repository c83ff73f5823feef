import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DataUnreadable } from "../errors.ts";

const migrationsFolder = join(import.meta.dirname, "migrations");

/** Opens the database file with the settings that make a commit durable, and brings its schema up to date. */
export function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    // FULL: a commit is on the disk when it returns, also after a power cut. secure_delete: what is erased is gone (K-2).
    database.exec(`
      pragma journal_mode = wal;
      pragma synchronous = full;
      pragma secure_delete = on;
      pragma foreign_keys = on;
      pragma temp_store = memory;
      pragma cache_size = -32768;
      pragma journal_size_limit = 67108864;
    `);
    migrate(database);
  } catch (cause) {
    database.close();
    if (cause instanceof DataUnreadable) throw cause;
    throw new DataUnreadable(`${path} cannot be read as Countersign's database: ${String(cause)}`, { cause });
  }
  return database;
}

function migrate(database: DatabaseSync): void {
  const files = readdirSync(migrationsFolder)
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
    database.exec(readFileSync(join(migrationsFolder, file), "utf8"));
    // A pragma takes no parameters; the number is ours.
    database.exec("pragma user_version = ".concat(String(index + 1)));
    database.exec("commit");
  }
}
