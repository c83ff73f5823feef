import {
  chmodSync,
  closeSync,
  openSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { systemClock } from "../../src/clock/index.ts";
import { examineData, openSqliteStore, type Store } from "../../src/store/index.ts";
import { put, startedRows, writesOf } from "../../src/testing/store-conformance/rows.ts";
import { tempFolder } from "../store/temp-folder.ts";

const clock = systemClock();

async function filled(): Promise<{ folder: string; path: string }> {
  const folder = tempFolder();
  const store: Store = await openSqliteStore({ folder, clock });
  const rows = Array.from({ length: 200 }, (_, n) => startedRows(n, clock.now()));
  await put(store, rows.flatMap(writesOf));
  await store.close();
  return { folder, path: join(folder, "countersign.db") };
}

async function levels(folder: string, isThorough = true): Promise<Readonly<Record<string, string>>> {
  const place = { databaseUrl: null, folder, clock, lockWaitMs: 0 };
  const { findings } = await examineData(place, isThorough);
  return Object.fromEntries(findings.map(({ check, level, found }) => [check, `${level}: ${found}`]));
}

test("a folder that is well is found well, and is not changed by the look", async () => {
  const { folder, path } = await filled();
  const before = readFileSync(path);
  const found = await levels(folder);
  expect(Object.values(found).filter((text) => !text.startsWith("ok"))).toEqual([]);
  expect(found["rows"]).toMatch(/all 600 are right/);
  expect(found["holder"]).toMatch(/no server/);
  expect(readFileSync(path).equals(before)).toBe(true);
  const store = await openSqliteStore({ folder, clock, lockWaitMs: 0 });
  await store.close();
});

test("a log that somebody keeps from beginning anew is told", async () => {
  const { folder, path } = await filled();
  writeFileSync(`${path}-wal`, "");
  expect((await levels(folder, false))["log"]).toMatch(/^ok: 0/);
  writeFileSync(`${path}-wal`, "");
  // Nothing is read of one without a header.
  truncateSync(`${path}-wal`, 300 * 1_048_576);
  expect((await levels(folder, false))["log"]).toMatch(/^warn: 300 MB/);
});

test("R-21: a flipped bit in a row is found by its checksum, where SQLite's own check is content", async () => {
  const { folder, path } = await filled();
  const bytes = readFileSync(path);
  const file = openSync(path, "r+");
  // In the tables, and in what the journal had of them, which nobody reads any more.
  let flipped = 0;
  for (let at = bytes.indexOf('"sealed-'); at >= 0; at = bytes.indexOf('"sealed-', at + 1), flipped++) {
    writeSync(file, "X", at + 2);
  }
  closeSync(file);
  expect(flipped).toBeGreaterThan(100);
  expect((await levels(folder, false))["integrity"]).toBe("ok: every page");
  expect((await levels(folder))["rows"]).toMatch(/^fail: .*damaged/);
});

test("R-21: a file that lost its middle is a failure with the remedy", async () => {
  const { folder, path } = await filled();
  const file = openSync(path, "r+");
  writeSync(file, Buffer.alloc(8_192), 0, 8_192, 8_192);
  closeSync(file);
  const found = await levels(folder);
  expect(Object.values(found).some((text) => text.startsWith("fail"))).toBe(true);
});

test("what others may read is named, the secret most of all", async () => {
  const { folder, path } = await filled();
  chmodSync(path, 0o640);
  expect((await levels(folder))["permissions"]).toBe(`warn: others may read ${path}`);
});

test("a folder whose data was moved away is a failure", async () => {
  const { folder, path } = await filled();
  const database = new DatabaseSync(path);
  const mark = JSON.stringify({ state: "left", to: "db/one", at: "2026-11-21T00:00:00.000Z" });
  database.prepare("insert into meta (name, value) values ('move', ?)").run(mark);
  database.close();
  expect((await levels(folder))["move"]).toMatch(/^fail: moved to db\/one/);
});
