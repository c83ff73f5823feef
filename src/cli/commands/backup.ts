import { chmodSync, constants, copyFileSync, existsSync, linkSync, renameSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import process from "node:process";
import { call, connected, type GlobalOptions } from "../connection.ts";
import { exitCodes } from "../exit-codes.ts";
import { CommandFailed, usageFailure } from "../failure.ts";
import { flush } from "../flush.ts";
import { printable, type Terminal } from "../terminal.ts";

interface BackupAnswer {
  readonly path: string;
  readonly bytes: number;
  readonly remark: string;
}

/** A consistent copy of the database while everything goes on; moved to `file` where one is named. */
export async function backup(
  file: string | undefined,
  all: GlobalOptions,
  terminal: Terminal,
): Promise<void> {
  const target = file === undefined ? null : resolve(file);
  if (target !== null && all.url !== undefined) {
    throw usageFailure(
      "A server elsewhere writes the backup on its own machine.",
      "Leave the file out: the answer says where the backup is.",
    );
  }
  if (target !== null && existsSync(target)) throw taken(target, "Name another file.");
  await connected(all, terminal, async (connection) => {
    const made = (await call(connection, "POST", "/api/v1/backup", {})) as BackupAnswer;
    if (target !== null) moveBackup(made.path, target);
    const answer = target === null ? made : { ...made, path: target };
    terminal.result(
      answer,
      () => `Backup ${printable(answer.path)} (${answer.bytes} bytes).\n${printable(made.remark)}`,
    );
  });
}

/**
 * Renamed where that is possible, copied to another disk where it is not; nothing is ever overwritten. A copy has another
 * name until it is complete and on the disk, so that half of one is never taken for a backup. Only then the one it was
 * made of goes.
 * @throws CommandFailed `file_exists`, `backup_not_moved`
 */
export function moveBackup(from: string, to: string): void {
  try {
    giveName(from, to);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EXDEV") throw moveFailed(from, to, cause);
    copyElsewhere(from, to);
  }
}

function copyElsewhere(from: string, to: string): void {
  // A name of its own: another command may be copying to the same place.
  const partial = `${to}.${process.pid}.partial`;
  try {
    copyFileSync(from, partial, constants.COPYFILE_EXCL);
    chmodSync(partial, 0o600);
    flush(partial);
    giveName(partial, to);
  } catch (cause) {
    removeFormer(partial);
    throw moveFailed(from, to, cause);
  }
  removeFormer(from);
}

/** A link refuses a name that is taken. Where there are none, on a memory stick for example, it is looked at first. */
function giveName(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST" || existsSync(to)) throw new NameTaken();
    renameSync(from, to);
    flushNames(to);
    return;
  }
  flushNames(to);
  removeFormer(from);
}

/** That what is not needed cannot go says nothing of the backup. */
function removeFormer(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {}
}

/** Some file systems flush no folders; there is nothing better to do on them. */
function flushNames(path: string): void {
  try {
    flush(dirname(path));
  } catch {}
}

/** Somebody gave it to another file while the backup was made. */
class NameTaken extends Error {}

function moveFailed(from: string, to: string, cause: unknown): unknown {
  if (cause instanceof NameTaken) return taken(to, `The backup is complete at ${from}: move it yourself.`);
  return new CommandFailed(
    {
      exitCode: exitCodes.storage,
      code: "backup_not_moved",
      what: `The backup could not be written to ${to}.`,
      why: (cause as Error).message,
      remedy: `It is complete at ${from}: move it yourself.`,
    },
    { cause },
  );
}

function taken(path: string, remedy: string): CommandFailed {
  return new CommandFailed({
    exitCode: exitCodes.refused,
    code: "file_exists",
    what: `${path} exists already.`,
    why: "A backup never overwrites anything.",
    remedy,
  });
}
