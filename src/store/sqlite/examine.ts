import { existsSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Examination, type Finding, fail, ok, sizeOf, warn } from "../finding.ts";
import { readMigrations, standingOf } from "../migrations.ts";
import { scanKey, tableOrder } from "../port.ts";
import { judgeMove, judgeSchema } from "../schema-findings.ts";
import { ownMigrations, readSchema } from "./database.ts";
import { folderHolder } from "./folder-lock.ts";
import { readTexts } from "./journal-places.ts";
import { writesIn } from "./journal-text.ts";
import { scan } from "./scan.ts";
import { databaseName } from "./store.ts";

const roomBytesMin = 268_435_456;
const roomBytesLast = 16_777_216;
/** Under load it is a quarter of it at the most, unless somebody reads for long. */
const logBytesMax = 268_435_456;
const scanPageRows = 1_000;

/**
 * Looks at everything about a data folder that an operator can set right, while its server runs or not. `isThorough`
 * reads every row and index, which takes its time.
 */
export function examineFolder(folder: string, isThorough: boolean): Examination {
  const path = join(folder, databaseName);
  if (!existsSync(path)) {
    const remedy = "Name its folder with --data; a server that starts makes a new one.";
    return { findings: [fail("folder", `there is no database in ${folder}`, remedy)], metas: null };
  }
  const findings = [
    ...judgeModes(folder),
    ...judgeRoom(folder, statSync(path).size),
    judgeLog(`${path}-wal`),
    holderOf(folder),
  ];
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(path, { readOnly: true });
    const schema = standingOf(readSchema(database), readMigrations(ownMigrations));
    findings.push(judgeSchema(schema), judgeJournal(database), judgeStructure(database, isThorough));
    if (schema.version === 0 || schema.standing === "tooNew") return { findings, metas: null };
    const metas = metasOf(database);
    findings.push(judgeMove(metas));
    if (isThorough) findings.push(judgeRows(database));
    return { findings, metas };
  } catch (cause) {
    findings.push(damaged("database", (cause as Error).message));
    return { findings, metas: null };
  } finally {
    database?.close();
  }
}

/** Others on this machine must not read what is here, the secret least of all. */
function judgeModes(folder: string): readonly Finding[] {
  if (process.platform === "win32") return [];
  const open: string[] = [];
  for (const name of ["", databaseName, `${databaseName}-wal`, "secret"]) {
    const path = join(folder, name);
    if (existsSync(path) && (statSync(path).mode & 0o077) !== 0) open.push(path);
  }
  if (open.length === 0) return [ok("permissions", "nobody but its owner reads the folder")];
  const hasSecret = open.some((path) => path.endsWith("secret"));
  const remedy = `chmod go-rwx ${open.join(" ")}`;
  const found = `others may read ${open.join(", ")}`;
  return [hasSecret ? fail("permissions", found, remedy) : warn("permissions", found, remedy)];
}

/** Where SQLite's locks or its shared memory do not work: statfs(2) numbers. */
const networkFileSystems: Readonly<Record<number, string>> = {
  26985: "NFS",
  65046: "SMB",
  20859: "SMB",
  4283649346: "SMB",
  4266872130: "SMB",
};

/** A backup takes as much again as the database. */
function judgeRoom(folder: string, databaseBytes: number): readonly Finding[] {
  const { bavail, bsize, type } = statfsSync(folder);
  const free = bavail * bsize;
  const found = `${sizeOf(free)} free, the database has ${sizeOf(databaseBytes)}`;
  const remedy = "Make room on the disk of the data folder, or move the folder.";
  const network = networkFileSystems[type];
  return [
    free < roomBytesLast
      ? fail("room", found, remedy)
      : free < Math.max(roomBytesMin, 2 * databaseBytes)
        ? warn("room", found, remedy)
        : ok("room", found),
    ...(network === undefined
      ? []
      : [fail("disk", `the folder lies on ${network}, where a database loses writes`, "Use a local disk.")]),
  ];
}

/** Nothing but a reader that does not end, or a database that cannot be written, keeps it from beginning anew. */
function judgeLog(path: string): Finding {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const found = `${sizeOf(bytes)} of recent changes`;
  if (bytes <= logBytesMax) return ok("log", found);
  const remedy =
    "End what else has the database open, such as a backup program that hangs; if there is nothing, look at the disk.";
  return warn("log", found, remedy);
}

function holderOf(folder: string): Finding {
  const holder = folderHolder(folder);
  if (holder === null) return ok("holder", "no server runs on the folder");
  return ok(
    "holder",
    holder === "" ? "another process holds the folder" : `process ${holder} holds the folder`,
  );
}

function judgeJournal(database: DatabaseSync): Finding {
  const { journal_mode: mode } = database.prepare("pragma journal_mode").get() as { journal_mode: string };
  if (mode === "wal") return ok("journal", "wal");
  return warn("journal", mode, "Nothing: the next start sets it to wal. A restored backup looks like this.");
}

function judgeStructure(database: DatabaseSync, isThorough: boolean): Finding {
  const statement = isThorough ? "pragma integrity_check(1)" : "pragma quick_check(1)";
  const verdict = Object.values(database.prepare(statement).get() ?? {})[0];
  if (verdict === "ok") return ok("integrity", isThorough ? "every page and index" : "every page");
  return damaged("integrity", String(verdict));
}

/** Each row carries a checksum: SQLite does not notice a flipped bit in what is stored. */
function judgeRows(database: DatabaseSync): Finding {
  let rows = 0;
  try {
    for (const table of tableOrder) {
      for (let page = scan(database, table, null, scanPageRows); page.length > 0; ) {
        rows += page.length;
        const last = page.at(-1);
        page = last === undefined ? [] : scan(database, table, scanKey(table, last), scanPageRows);
      }
    }
    if (hasJournal(database)) for (const text of readTexts(database).left) rows += writesIn(text).length;
    return ok("rows", `the checksums of all ${rows} are right`);
  } catch (cause) {
    return damaged("rows", (cause as Error).message);
  }
}

/** A folder that only older versions have opened has none. */
function hasJournal(database: DatabaseSync): boolean {
  return database.prepare("select name from sqlite_schema where name = 'journal'").get() !== undefined;
}

function damaged(check: string, found: string): Finding {
  return fail(check, found, "Stop the server, keep a copy of the folder, and restore the last backup.");
}

function metasOf(database: DatabaseSync): ReadonlyMap<string, string> {
  const rows = database.prepare("select name, value from meta").all() as { name: string; value: string }[];
  return new Map(rows.map(({ name, value }) => [name, value]));
}
