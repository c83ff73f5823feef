import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/clock/index.ts";
import {
  DataFolderInUse,
  DataUnreadable,
  key,
  openSqliteStore,
  StorageUnavailable,
} from "../../src/store/index.ts";
import { openDatabase, ownMigrations } from "../../src/store/sqlite/database.ts";
import { toDoc } from "../../src/store/sqlite/docs.ts";
import { databaseName } from "../../src/store/sqlite/store.ts";
import { seededRandom } from "../../src/testing/index.ts";
import { began, fill, startedRows } from "../../src/testing/store-conformance/rows.ts";
import { subscriberWith } from "../support/accounts.ts";
import { addUpdate, beginHistory } from "./numbered-updates.ts";
import { tempFolder } from "./temp-folder.ts";

const clock = systemClock();
const program = join(import.meta.dirname, "folder-process.ts");

interface Answer {
  readonly opened: boolean;
  readonly name?: string;
  readonly message?: string;
}

/** Starts a process on the folder; resolves with what it said. */
async function openElsewhere(
  folder: string,
  lockWaitMs: number,
  options: { readonly uid?: number } = {},
): Promise<{ child: ChildProcess; answer: Answer }> {
  const child = spawn(process.execPath, [program, folder, String(lockWaitMs)], {
    ...options,
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  return { child, answer: JSON.parse(line) as Answer };
}

test("a second instance in one process is told so, and gets the folder once the first is closed", async () => {
  const folder = tempFolder();
  const first = await openSqliteStore({ folder, clock });
  const second = openSqliteStore({ folder, clock, lockWaitMs: 0 });
  await expect(second).rejects.toBeInstanceOf(DataFolderInUse);
  await expect(second).rejects.toThrow(/already open in this process.*close the first/);
  // The refusal did not take the lock away from the holder.
  const { answer } = await openElsewhere(folder, 0);
  expect(answer).toMatchObject({ opened: false, name: "DataFolderInUse" });
  await first.close();
  const third = await openSqliteStore({ folder, clock, lockWaitMs: 0 });
  await third.close();
});

test("R-04: a second process waits, then names the holder and the remedy; kill -9 frees the folder at once", async () => {
  const folder = tempFolder();
  const { child, answer } = await openElsewhere(folder, 0);
  expect(answer).toEqual({ opened: true });
  const refused = openSqliteStore({ folder, clock, lockWaitMs: 250 });
  const askedAt = clock.now();
  await expect(refused).rejects.toThrow(`process ${child.pid}: stop it, or give this one another folder`);
  expect(clock.now() - askedAt).toBeGreaterThanOrEqual(250);
  const waiting = openSqliteStore({ folder, clock, lockWaitMs: 10_000 });
  child.kill("SIGKILL");
  await once(child, "exit");
  const killedAt = clock.now();
  const store = await waiting;
  expect(clock.now() - killedAt).toBeLessThan(1_500);
  await store.close();
});

test("everything in the data folder is for its owner alone, also where the folder was there before", async () => {
  const parent = tempFolder();
  const made = join(parent, "made");
  const found = join(parent, "found");
  mkdirSync(found, { mode: 0o755 });
  const mask = process.umask(0o022);
  try {
    for (const folder of [made, found]) {
      const store = await openSqliteStore({ folder, clock });
      await beginHistory(store);
      await store.backup(join(folder, "copy.db"));
      const modes = readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mode & 0o777]);
      expect(modes.map(([name]) => name)).toContain("countersign.db-wal");
      for (const [name, mode] of modes) expect(mode, String(name)).toBe(0o600);
      await store.close();
    }
  } finally {
    process.umask(mask);
  }
  expect(statSync(made).mode & 0o777).toBe(0o700);
});

test("R-10: a folder that cannot be written is refused with the remedy, not with a crash", async ({
  skip,
}) => {
  const isRoot = process.getuid?.() === 0;
  const parent = tempFolder();
  const readOnly = join(parent, "data");
  mkdirSync(readOnly);
  chmodSync(parent, 0o755);
  chmodSync(readOnly, 0o555);
  const { answer } = await openElsewhere(readOnly, 0, isRoot ? { uid: 65_534 } : {}).catch(() =>
    skip("this machine does not let another user run the program"),
  );
  expect(answer).toMatchObject({ opened: false, name: "StorageUnavailable" });
  expect(answer.message).toContain(readOnly);
  writeFileSync(join(parent, "file"), "");
  await expect(openSqliteStore({ folder: join(parent, "file"), clock })).rejects.toBeInstanceOf(
    StorageUnavailable,
  );
});

test("the data of a newer version is refused and left alone", async () => {
  const folder = tempFolder();
  await (await openSqliteStore({ folder, clock })).close();
  const path = join(folder, "countersign.db");
  const database = new DatabaseSync(path);
  database.exec("update meta set value = '999' where name = 'schema_works_from'; pragma user_version = 999");
  database.close();
  const before = readFileSync(path);
  const opening = openSqliteStore({ folder, clock, lockWaitMs: 0 });
  await expect(opening).rejects.toBeInstanceOf(DataUnreadable);
  await expect(opening).rejects.toThrow(/schema 999.*run the newer Countersign/);
  expect(readFileSync(path).equals(before)).toBe(true);
});

/** Every schema of ours has it: the first step makes it. */
const metaTable = "create table meta (name text primary key, value text not null);";

test("R-20: migrations run once, and go on where a broken one stopped", () => {
  const folder = tempFolder();
  const path = join(folder, "test.db");
  const steps = join(folder, "steps");
  mkdirSync(steps);
  writeFileSync(
    join(steps, "0001-a.sql"),
    `${metaTable} create table a (n integer); insert into a values (1);`,
  );
  openDatabase(path, steps).close();
  writeFileSync(join(steps, "0002-b.sql"), "insert into a values (2); insert into missing values (1);");
  expect(() => openDatabase(path, steps)).toThrow(StorageUnavailable);
  writeFileSync(join(steps, "0002-b.sql"), "insert into a values (2);");
  writeFileSync(join(steps, "0003-c.sql"), "insert into a values (3);");
  openDatabase(path, steps).close();
  const database = openDatabase(path, steps);
  expect(database.prepare("select n from a order by n").all()).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  expect(database.prepare("pragma user_version").get()).toEqual({ user_version: 3 });
  database.close();
});

test("R-20: subscribers of before they had a rowid are there after it, and found by their tenant", async () => {
  const folder = tempFolder();
  const path = join(folder, databaseName);
  const steps = join(folder, "steps");
  mkdirSync(steps);
  for (const step of readdirSync(ownMigrations).filter((name) => name < "0009")) {
    copyFileSync(join(ownMigrations, step), join(steps, step));
  }
  const rows = ["b", "a", "c"].map((id) => subscriberWith([], { id }));
  const before = openDatabase(path, steps);
  const insert = before.prepare("insert into subscribers (id, tenant_id, doc) values (?, ?, ?)");
  for (const row of rows) insert.run(row.id, row.tenantId, toDoc("subscriber", row, row.id, {}));
  before.close();

  const store = await openSqliteStore({ folder, clock });
  for (const row of rows) expect(await store.get(key("subscriber", row.id))).toEqual(row);
  const { tenantId } = subscriberWith([]);
  expect((await store.subscribers({ tenantId, limit: 10 })).map(({ id }) => id)).toEqual(["a", "b", "c"]);
  await store.close();
});

test("R-21: a file that is no database, or lost its end, is refused with what to do", async () => {
  const folder = tempFolder();
  const path = join(folder, "countersign.db");
  writeFileSync(path, "this was never a database ".repeat(100));
  const opening = openSqliteStore({ folder, clock });
  await expect(opening).rejects.toBeInstanceOf(DataUnreadable);
  await expect(opening).rejects.toThrow(/damaged.*restore the last backup/);
  // The lock is free again.
  writeFileSync(path, "");
  await (await openSqliteStore({ folder, clock, lockWaitMs: 0 })).close();
});

test("R-21: after flipped bytes or a lost end every answer is right or a storage fault, never a wrong row", async () => {
  const source = tempFolder();
  const store = await openSqliteStore({ folder: source, clock });
  await beginHistory(store);
  await Promise.all(fill(60, () => addUpdate(store)));
  await store.close();
  const random = seededRandom(21);
  const size = statSync(join(source, "countersign.db")).size;
  let noticed = 0;
  for (let round = 0; round < 160; round++) {
    const folder = tempFolder();
    const path = join(folder, "countersign.db");
    copyFileSync(join(source, "countersign.db"), path);
    if (round % 4 === 0) truncateSync(path, Math.floor(random.next() * size));
    else flip(path, random);
    if (await isNoticed(folder)) noticed += 1;
  }
  // Bytes that nobody uses may flip unnoticed; most damage is seen.
  expect(noticed).toBeGreaterThan(60);
});

function flip(path: string, random: { next(): number }): void {
  const bytes = readFileSync(path);
  for (let times = 0; times < 16; times++) {
    const at = Math.floor(random.next() * bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random.next() * 8));
  }
  writeFileSync(path, bytes);
}

/**
 * Whether a fault was reported or a row is missing. A row that comes back must be the one that was written. Damage to
 * a key can hide a row: only checksums of whole pages could tell.
 */
async function isNoticed(folder: string): Promise<boolean> {
  try {
    const store = await openSqliteStore({ folder, clock });
    try {
      let missing = 0;
      for (const n of fill(60, (index) => index + 1)) {
        const { recipient, verification } = startedRows(n, began);
        const rows = [
          [recipient, await store.get(key("recipient", recipient.id))],
          [verification, await store.get(key("verification", verification.id))],
        ];
        for (const [written, read] of rows) {
          if (read === undefined) missing += 1;
          else expect(read).toEqual(written);
        }
      }
      return missing > 0;
    } finally {
      await store.close();
    }
  } catch (cause) {
    if (cause instanceof DataUnreadable || cause instanceof StorageUnavailable) return true;
    throw cause;
  }
}
