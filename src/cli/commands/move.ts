import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { systemClock, uuidv7Time } from "../../clock/index.ts";
import type { Settings } from "../../config/index.ts";
import { neededSecrets, secretsNotHere } from "../../instance/needed-secrets.ts";
import { toStartRefused } from "../../instance/start-refused.ts";
import {
  DataFolderInUse,
  databaseUrlProblem,
  type MovedTable,
  type MoveResult,
  moveData,
  openPostgresStore,
  openSqliteStore,
  type PostgresStore,
  type Store,
  undoMove,
} from "../../store/index.ts";
import { type GlobalOptions, loadedSettings } from "../connection.ts";
import { exitCodes } from "../exit-codes.ts";
import { CommandFailed, sentence, usageFailure } from "../failure.ts";
import { keyringHere } from "../keyring-here.ts";
import { printable, type Terminal, table } from "../terminal.ts";

export interface MoveOptions {
  readonly from?: string;
  readonly to?: string;
  readonly keepSource?: boolean;
  readonly undo?: boolean;
}

const lockWaitMs = 2_000;
const databaseName = "countersign.db";

/** Moves the installation of a data folder to PostgreSQL, or takes such a move back. */
export async function move(options: MoveOptions, all: GlobalOptions, terminal: Terminal): Promise<void> {
  if (all.url !== undefined) {
    throw usageFailure("A data folder is moved on its own machine.", "Run it there, without --url.");
  }
  const { settings } = loadedSettings(all);
  const folder = options.from === undefined ? settings.data : resolve(options.from);
  const address = options.to ?? settings.databaseUrl?.reveal() ?? null;
  if (!existsSync(join(folder, databaseName))) throw nothingIn(folder);
  const source = await openSource(folder);
  try {
    if (options.undo === true) await undo(source, folder, address, terminal);
    else await run(source, { folder, address, keepsSource: options.keepSource === true, settings }, terminal);
  } catch (cause) {
    throw toStartRefused(cause, folder, false);
  } finally {
    await source.close();
  }
}

interface Move {
  readonly folder: string;
  readonly address: string | null;
  readonly keepsSource: boolean;
  readonly settings: Settings;
}

async function run(source: Store, asked: Move, terminal: Terminal): Promise<void> {
  const { folder, keepsSource } = asked;
  if (asked.address === null) {
    throw usageFailure(
      "Where to is not said.",
      "Give the database in DATABASE_URL, or with --to postgres://...",
    );
  }
  const secretIds = await proveSecret(source, asked);
  const name = nameOf(asked.address);
  const target = await openTarget(asked.address, terminal);
  const clock = systemClock();
  try {
    await target.makeRoomSince(await oldestOf(source, clock.now()));
    const result = await moveData({
      source,
      target,
      exclusively: (work) => target.exclusively(work),
      targetName: name,
      now: () => new Date(clock.now()).toISOString(),
      keepsSource,
      onProgress: (what, rows) => {
        if (terminal.isWatched) terminal.ask(`\r\u001b[K${what}: ${rows}`);
      },
    });
    if (terminal.isWatched) terminal.ask("\r\u001b[K");
    report(result, { folder, name, keepsSource, secretIds }, terminal);
  } finally {
    await target.close();
  }
}

interface Report {
  readonly folder: string;
  readonly name: string;
  readonly keepsSource: boolean;
  readonly secretIds: readonly string[];
}

function report(
  result: MoveResult,
  { folder, name, keepsSource, secretIds }: Report,
  terminal: Terminal,
): void {
  if (result.type === "nothingToMove") throw nothingIn(folder);
  if (result.type === "targetHoldsData") throw holdsData(name);
  if (result.type === "movedElsewhere") throw movedElsewhere(folder, result.to, result.at);
  const isNew = result.type === "moved";
  const { tables } = result;
  const answer = { moved: isNew, from: folder, to: name, sourceKept: keepsSource, secretIds, tables };
  terminal.result(answer, () => {
    if (!isNew) return `${printable(folder)} was moved to ${printable(name)} before: servers start there.`;
    const lines = [
      auditText(tables),
      "",
      `Moved ${printable(folder)} to ${printable(name)}: both sides were read again and say the same.`,
      `The master secret (id ${secretIds.join(", ")}) was not moved. Give every server the one this folder was used with: ${whereSecretIs(folder)}.`,
      keepsSource
        ? "The folder was left as it is: a server on it and one on PostgreSQL would both send what is pending."
        : "No server starts on the folder any more. Start them with DATABASE_URL.",
    ];
    return lines.join("\n");
  });
}

function auditText(tables: readonly MovedTable[]): string {
  return table(
    ["KIND", "ROWS", "DIGEST"],
    tables.map((one) => [one.table, one.rows, one.digest]),
    "",
  );
}

function whereSecretIs(folder: string): string {
  const path = join(folder, "secret");
  return existsSync(path) ? `COUNTERSIGN_SECRET_FILE, a copy of ${path}` : "COUNTERSIGN_SECRET";
}

async function undo(
  source: Store,
  folder: string,
  address: string | null,
  terminal: Terminal,
): Promise<void> {
  const target = address === null ? null : await openTarget(address, terminal);
  try {
    if (target !== null && (await target.otherNodes()) > 0) throw serversThere(nameOf(address as string));
    const named = target === null ? null : { store: target, name: nameOf(address as string) };
    const clock = systemClock();
    const result = await undoMove(source, named, () => new Date(clock.now()).toISOString());
    if (result.type === "notMoved") throw notMoved(folder);
    if (result.type === "otherTarget") throw otherTarget(folder, result.to);
    const { from, holdsMore } = result;
    const answer = {
      undone: true,
      from,
      to: folder,
      targetClosed: target !== null,
      targetHoldsMore: holdsMore,
    };
    terminal.result(answer, () =>
      [
        `Servers start on ${printable(folder)} again, with what it held when it was moved.`,
        whatOfTarget(printable(from), target !== null, holdsMore),
      ].join("\n"),
    );
  } finally {
    await target?.close();
  }
}

function whatOfTarget(name: string, isClosed: boolean, holdsMore: boolean): string {
  if (!isClosed) return `Nothing keeps servers from starting on ${name}: drop that database.`;
  return holdsMore
    ? `${name} is closed to servers. What happened there since the move is nowhere else: keep it for as long as that may be wanted. Another move needs another database.`
    : `${name} is closed to servers until the folder is moved there again.`;
}

async function openSource(folder: string): Promise<Store> {
  try {
    return await openSqliteStore({ folder, clock: systemClock(), lockWaitMs });
  } catch (cause) {
    if (!(cause instanceof DataFolderInUse)) throw toStartRefused(cause, folder);
    throw new CommandFailed(
      {
        exitCode: exitCodes.storage,
        code: cause.code,
        what: `${cause.message.split(":")[0]}.`,
        why: "A move reads what nobody changes meanwhile.",
        remedy:
          "Stop the server, run the same command again, and start servers with DATABASE_URL. What falls due meanwhile is sent by them.",
      },
      { cause },
    );
  }
}

function openTarget(address: string, terminal: Terminal): Promise<PostgresStore> {
  return openPostgresStore({ url: address, onWarning: (sentence) => terminal.note(sentence) });
}

/** Hosts and database: what is said of an address without its password. */
function nameOf(address: string): string {
  const problem = databaseUrlProblem(address);
  if (problem !== null) throw usageFailure("--to is no address of PostgreSQL.", sentence(problem));
  const [, hosts = "", path = ""] = /^[a-z]+:\/\/(?:[^/?]*@)?([^/?]*)(\/[^?]*)?/.exec(address) ?? [];
  const named = hosts === "" ? new URLSearchParams(address.split("?")[1]).get("host") : null;
  return `${named ?? hosts}${path}`;
}

async function oldestOf(source: Store, now: number): Promise<number> {
  const [oldest] = await source.scan("verification", null, 1);
  return oldest === undefined ? now : uuidv7Time(oldest.id);
}

/** The secret that is here must be the one of the data: the servers would be refused with another. */
async function proveSecret(source: Store, { folder, settings }: Move): Promise<readonly string[]> {
  const metas = await source.metas();
  const keyring = keyringHere(folder, settings.secret);
  const [missing] = keyring === null ? [] : secretsNotHere(metas, keyring);
  if (missing !== undefined) throw otherSecret(missing, folder);
  return neededSecrets(metas);
}

function refused(code: string, what: string, why: string | null, remedy: string): CommandFailed {
  return new CommandFailed({ exitCode: exitCodes.refused, code, what, why, remedy });
}

function nothingIn(folder: string): CommandFailed {
  return refused(
    "nothing_to_move",
    `There is no installation in ${folder}.`,
    null,
    "Name its data folder with --from.",
  );
}

function holdsData(name: string): CommandFailed {
  return refused(
    "target_holds_data",
    `${name} holds data already.`,
    "A move never mixes two installations, and adds nothing to one that servers may have worked on.",
    "Name an empty database with --to.",
  );
}

function movedElsewhere(folder: string, to: string, at: string): CommandFailed {
  return refused(
    "moved_elsewhere",
    `${folder} was moved to ${to} at ${at}.`,
    null,
    "Start servers there, or take that move back first with `countersign move --undo`.",
  );
}

function notMoved(folder: string): CommandFailed {
  return refused(
    "not_moved",
    `${folder} was not moved.`,
    null,
    "There is nothing to take back: start a server on it.",
  );
}

function otherTarget(folder: string, to: string): CommandFailed {
  return refused("moved_elsewhere", `${folder} was moved to ${to}.`, null, "Name that database with --to.");
}

function serversThere(name: string): CommandFailed {
  return refused(
    "servers_running",
    `Servers are at work on ${name}.`,
    "What they acknowledged since the move is not in the folder.",
    "Stop them first, if that may be lost.",
  );
}

function otherSecret(id: string, folder: string): CommandFailed {
  return new CommandFailed({
    exitCode: exitCodes.configuration,
    code: "secret_invalid",
    what: `The master secret here is not that of ${folder}.`,
    why: `The data was written with the secret ${id}; servers with another one would refuse to start on it.`,
    remedy: "Set COUNTERSIGN_SECRET or COUNTERSIGN_SECRET_FILE to what it was.",
  });
}
