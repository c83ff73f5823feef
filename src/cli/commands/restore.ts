import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { systemClock } from "../../clock/index.ts";
import { restoringName } from "../../store/sqlite/database.ts";
import { lockFolder } from "../../store/sqlite/folder-lock.ts";
import { type BackupContents, inspectBackup, refuseOtherFiles } from "../backup-file.ts";
import { type GlobalOptions, loadedSettings } from "../connection.ts";
import { exitCodes } from "../exit-codes.ts";
import { CommandFailed, usageFailure } from "../failure.ts";
import { flush } from "../flush.ts";
import { printable, type Terminal } from "../terminal.ts";
import { count } from "../verification-text.ts";

export interface RestoreOptions {
  readonly force?: boolean;
}

const databaseName = "countersign.db";
/** SQLite finds the files beside a database by its name: they move with it. */
const suffixes = ["", "-wal", "-shm"];
const lockWaitMs = 500;

/** Puts a backup in place of the database. Nothing changes before the backup has proved to be usable. */
export async function restore(
  file: string,
  options: RestoreOptions,
  all: GlobalOptions,
  terminal: Terminal,
): Promise<void> {
  if (all.url !== undefined) {
    throw usageFailure("A backup is restored on the machine of its server.", "Run it there, without --url.");
  }
  const { settings } = loadedSettings(all);
  const from = resolve(file);
  refuseOtherFiles(from);
  mkdirSync(settings.data, { recursive: true, mode: 0o700 });
  const clock = systemClock();
  const lock = await lockFolder(settings.data, clock, lockWaitMs);
  const partial = join(settings.data, restoringName);
  try {
    removeFiles(partial);
    copyWithLog(from, partial);
    const contents = inspectBackup(partial, from, settings, knownSchema());
    const kept = replace(settings.data, partial, options.force === true, clock.now());
    terminal.result({ restored: from, dataFolder: settings.data, keptDatabase: kept, ...contents }, () =>
      restoredText(from, kept, contents),
    );
  } finally {
    removeFiles(partial);
    lock.release();
  }
}

/** A backup has no log; the database of a server that was killed has what it wrote last in there. */
function copyWithLog(from: string, to: string): void {
  for (const suffix of ["", "-wal"]) {
    if (suffix !== "" && !existsSync(`${from}${suffix}`)) continue;
    copyFileSync(`${from}${suffix}`, `${to}${suffix}`);
    chmodSync(`${to}${suffix}`, 0o600);
  }
}

/**
 * The path of the database that was there before; null where there was none. Whenever the process dies, the folder holds
 * the one or the other, or says that a restore was cut short.
 */
function replace(folder: string, partial: string, force: boolean, now: number): string | null {
  const path = join(folder, databaseName);
  const isReplaced = existsSync(path);
  if (isReplaced && !force) throw wouldReplace(path);
  const stamp = new Date(now).toISOString().replaceAll(/[:.]/g, "-");
  const kept = join(folder, `before-restore-${stamp}.db`);
  flush(partial);
  // Also a log whose database is gone: SQLite would play it onto whatever comes under that name.
  if (!(isReplaced && isOneFile(path) && isLinked(path, kept))) setAside(path, kept);
  renameSync(partial, path);
  if (process.platform !== "win32") flush(folder);
  return isReplaced ? kept : null;
}

/** Brings what is only in the log into the database. False where that cannot be, as in one that is damaged. */
function isOneFile(path: string): boolean {
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(path);
    database.exec("pragma wal_checkpoint(truncate); pragma journal_mode = delete");
  } catch {
    return false;
  } finally {
    database?.close();
  }
  return suffixes.every((suffix) => suffix === "" || !existsSync(`${path}${suffix}`));
}

/** A second name for the same file, so that the first can be given away in one step. Some file systems have none. */
function isLinked(path: string, second: string): boolean {
  try {
    linkSync(path, second);
    return true;
  } catch {
    return false;
  }
}

function setAside(path: string, kept: string): void {
  for (const suffix of suffixes) {
    if (existsSync(`${path}${suffix}`)) renameSync(`${path}${suffix}`, `${kept}${suffix}`);
  }
}

function removeFiles(path: string): void {
  for (const suffix of suffixes) rmSync(`${path}${suffix}`, { force: true });
}

/** As many as there are migrations. */
function knownSchema(): number {
  const folder = join(import.meta.dirname, "..", "..", "store", "sqlite", "migrations");
  return readdirSync(folder).filter((name) => name.endsWith(".sql")).length;
}

function restoredText(from: string, kept: string | null, { verifications, pending }: BackupContents): string {
  const lines = [
    `Restored ${printable(from)}: ${count(verifications, "verification")}, ${pending} of them pending when it was written.`,
    "What was waiting to be sent is not sent any more once its deadline has passed.",
    "Codes, keys and settings are those of the backup: revoke again what was revoked since.",
  ];
  if (kept !== null) lines.push(`The database that was here is kept as ${kept}.`);
  return lines.join("\n");
}

function wouldReplace(path: string): CommandFailed {
  return new CommandFailed({
    exitCode: exitCodes.refused,
    code: "data_exists",
    what: `${path} exists already.`,
    why: "A restore would put the backup in its place.",
    remedy:
      "Restore into an empty folder with --data, or replace it with --force: the present database is kept aside.",
  });
}
