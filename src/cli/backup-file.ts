import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Settings } from "../config/index.ts";
import { neededSecrets, secretsNotHere } from "../instance/needed-secrets.ts";
import type { Keyring } from "../secrets/index.ts";
import { worksFromName } from "../store/migrations.ts";
import { exitCodes } from "./exit-codes.ts";
import { CommandFailed } from "./failure.ts";
import { keyringHere } from "./keyring-here.ts";

/** What a backup holds, as far as an operator wants to know before it is put in place. */
export interface BackupContents {
  readonly schema: number;
  readonly verifications: number;
  readonly pending: number;
  /** Ids of the master secrets it was written with. */
  readonly secretIds: readonly string[];
}

const sqliteHeader = "SQLite format 3\0";

/** Refuses what is no database before SQLite makes one of it. */
export function refuseOtherFiles(path: string): void {
  const head = Buffer.alloc(sqliteHeader.length);
  let bytes = 0;
  try {
    const file = openSync(path, "r");
    try {
      bytes = readSync(file, head);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw unusable(
      path,
      (cause as NodeJS.ErrnoException).code === "ENOENT" ? "There is no such file." : "It cannot be read.",
    );
  }
  if (bytes < head.length || head.toString("latin1") !== sqliteHeader) {
    throw unusable(path, "It is no database of Countersign.");
  }
}

/**
 * Checks a copy of a backup that nobody else opens: whole, of a schema that this version knows, and readable with the
 * master secret that is here.
 */
export function inspectBackup(
  path: string,
  shownAs: string,
  settings: Settings,
  schemaMax: number,
): BackupContents {
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(path);
    database.exec("pragma journal_mode = delete");
    const contents = inspect(database, shownAs, schemaMax);
    proveSecret(metasOf(database), settings);
    return contents;
  } catch (cause) {
    if (cause instanceof CommandFailed) throw cause;
    throw unusable(shownAs, `It is damaged: ${(cause as Error).message}.`);
  } finally {
    database?.close();
  }
}

function inspect(database: DatabaseSync, shownAs: string, schemaMax: number): BackupContents {
  const verdict = database.prepare("pragma integrity_check(1)").get() as { integrity_check: string };
  if (verdict.integrity_check !== "ok") throw unusable(shownAs, "It is damaged: its integrity check fails.");
  const { user_version: schema } = database.prepare("pragma user_version").get() as { user_version: number };
  const tables = database
    .prepare(
      "select count(*) as found from sqlite_schema where type = 'table' and name in ('meta', 'verifications')",
    )
    .get() as { found: number };
  if (schema < 1 || tables.found !== 2) throw unusable(shownAs, "It is a database, but none of Countersign.");
  const metas = metasOf(database);
  if (schema > schemaMax && Number(metas.get(worksFromName) ?? schema) > schemaMax) {
    throw unusable(
      shownAs,
      `A newer Countersign wrote it: it has schema ${schema}, this version knows ${schemaMax}.`,
    );
  }
  const all = database.prepare("select count(*) as found from verifications").get() as { found: number };
  const pending = database
    .prepare("select count(*) as found from verifications where status = 'pending'")
    .get() as { found: number };
  return {
    schema,
    verifications: all.found,
    pending: pending.found,
    secretIds: neededSecrets(metas),
  };
}

/** The same proof as at a start, made before anything is replaced. */
function proveSecret(metas: ReadonlyMap<string, string>, { data, secret }: Settings): void {
  const keyring = keyringHere(data, secret);
  const [missing] = secretsNotHere(metas, keyring);
  if (missing !== undefined) throw secretMissing(missing, keyring, data);
}

function secretMissing(id: string, keyring: Keyring | null, folder: string): CommandFailed {
  const here = keyring === null ? "there is none here" : `the one here has the id ${keyring.ids.join(",")}`;
  return new CommandFailed({
    exitCode: exitCodes.configuration,
    code: "secret_invalid",
    what: "The master secret of this backup is missing.",
    why: `It was written with the secret ${id}, and ${here}; without it no number and no pending code can be read.`,
    remedy: `Copy the file "secret" of the old data folder to ${join(folder, "secret")} (mode 0600), or set COUNTERSIGN_SECRET to what it was, and restore again.`,
  });
}

function metasOf(database: DatabaseSync): ReadonlyMap<string, string> {
  const rows = database.prepare("select name, value from meta").all() as { name: string; value: string }[];
  return new Map(rows.map(({ name, value }) => [name, value]));
}

function unusable(path: string, why: string): CommandFailed {
  return new CommandFailed({
    exitCode: exitCodes.refused,
    code: "backup_unusable",
    what: `${path} cannot be restored.`,
    why,
    remedy: "Name a file that `countersign backup` wrote.",
  });
}
