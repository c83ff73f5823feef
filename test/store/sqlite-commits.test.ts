import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { key, openSqliteStore, StorageUnavailable } from "../../src/store/index.ts";
import { openDatabase } from "../../src/store/sqlite/database.ts";
import type { Sync } from "../../src/store/sqlite/log-sync.ts";
import { prepareTables } from "../../src/store/sqlite/tables.ts";
import { createFakeClock } from "../../src/testing/index.ts";
import {
  apiKeyRow,
  began,
  checkAt,
  fill,
  put,
  putStarted,
  startedRows,
  tenantId,
  tenantRow,
  writesOf,
} from "../../src/testing/store-conformance/rows.ts";
import { openCommits } from "./recorded-commits.ts";
import { tempFolder } from "./temp-folder.ts";

test("R-10: a full database refuses, acknowledges nothing, and goes on once there is room", async () => {
  const { database, store } = openCommits(16);
  const pages = (database.prepare("pragma page_count").get() as { page_count: number }).page_count;
  database.exec(`pragma max_page_count = ${pages + 20}`);
  const first = await Promise.allSettled(fill(200, (n) => putStarted(store, n)));
  const done = first.flatMap(({ status }, n) => (status === "fulfilled" ? [n] : []));
  expect(done.length).toBeGreaterThan(0);
  expect(done.length).toBeLessThan(200);
  for (const [n, one] of first.entries()) {
    if (one.status === "rejected") {
      expect(one.reason).toBeInstanceOf(StorageUnavailable);
      expect(String(one.reason)).toContain("the disk is full");
    }
    const row = await store.get(key("recipient", `recipient-${n}`));
    expect(row !== undefined, `start ${n}`).toBe(one.status === "fulfilled");
  }
  database.exec("pragma max_page_count = 1000000");
  await Promise.all(fill(200, (n) => putStarted(store, 1_000 + n)));
  expect((database.prepare("select count(*) as n from recipients").get() as { n: number }).n).toBe(
    done.length + 200,
  );
});

test("R-10: a file that cannot grow makes update and probe fail, and both work again without a restart", async ({
  skip,
}) => {
  if (!limitFileSize("unlimited")) return skip("prlimit is not here");
  const folder = tempFolder();
  const store = await openSqliteStore({ folder, clock: createFakeClock() });
  // The signal would end the process; with a listener the write fails instead.
  const ignore = (): void => {};
  process.on("SIGXFSZ", ignore);
  await putStarted(store, 1);
  try {
    limitFileSize(String(statSync(join(folder, "countersign.db-wal")).size));
    await expect(putStarted(store, 2)).rejects.toBeInstanceOf(StorageUnavailable);
    await expect(store.probe()).rejects.toBeInstanceOf(StorageUnavailable);
    expect(await store.get(key("recipient", "recipient-2"))).toBeUndefined();
    expect(await store.get(key("recipient", "recipient-1"))).toBeDefined();
  } finally {
    limitFileSize("unlimited");
    process.off("SIGXFSZ", ignore);
  }
  await store.probe();
  await putStarted(store, 2);
  await store.close();
  const again = await openSqliteStore({ folder, clock: createFakeClock() });
  expect(await again.get(key("recipient", "recipient-1"))).toBeDefined();
  expect(await again.get(key("recipient", "recipient-2"))).toBeDefined();
  await again.close();
});

/** The soft limit of this process; false where there is no such command. */
function limitFileSize(bytes: string): boolean {
  try {
    execFileSync("prlimit", ["--pid", String(process.pid), `--fsize=${bytes}:unlimited`], {
      stdio: "ignore",
    });
    return true;
  } catch {
    return false;
  }
}

test("the row cache keeps its bound, and what it knows is what the database holds", async () => {
  const { database, commits, store } = openCommits(96);
  const rows = fill(3_000, (n) => startedRows(n, began + n));
  for (const from of [0, 1_000, 2_000]) {
    await Promise.all(rows.slice(from, from + 1_000).map((one) => put(store, writesOf(one))));
  }
  expect(commits.cachedRows).toBeLessThanOrEqual(8_192);
  expect(commits.cachedRows).toBeGreaterThan(4_000);
  const tables = prepareTables(database);
  for (const { recipient, verification } of rows) {
    expect(await store.get(key("recipient", recipient.id))).toEqual(tables.recipient.read(recipient.id));
    expect(await store.get(key("verification", verification.id))).toEqual(verification);
  }
  expect(commits.cachedRows).toBeLessThanOrEqual(8_192);
});

test("a transaction that was rolled back leaves the row cache as it was", async () => {
  const { database, store } = openCommits(10);
  const tenantKey = key("tenant", tenantId);
  await put(store, [{ table: "tenant", id: tenantId, row: tenantRow(tenantId, "kept") }]);
  await put(store, [{ table: "apiKey", id: "k0", row: apiKeyRow("k0", tenantId, "twin") }]);
  const failing = put(store, [
    { table: "tenant", id: tenantId, row: tenantRow(tenantId, "never") },
    { table: "tenant", id: "other", row: tenantRow("other", "never") },
    { table: "apiKey", id: "k1", row: apiKeyRow("k1", tenantId, "twin") },
  ]);
  await expect(failing).rejects.toBeInstanceOf(StorageUnavailable);
  expect((await store.get(tenantKey))?.name).toBe("kept");
  expect(await store.get(key("tenant", "other"))).toBeUndefined();
  expect(prepareTables(database).tenant.read(tenantId)?.name).toBe("kept");
});

test("K-2: what was erased is neither in the database nor in its log after a purge", async () => {
  const folder = tempFolder();
  const store = await openSqliteStore({ folder, clock: createFakeClock() });
  const erased = "sealed-code-that-must-go";
  const { verification } = await putStarted(store, 1, began, { suppliedCode: erased });
  const files = ["countersign.db", "countersign.db-wal"].map((name) => join(folder, name));
  const found = (): boolean => files.some((path) => readFileSync(path).includes(erased));
  expect(found()).toBe(true);
  expect((await checkAt(store, verification.id, true, began + 1_000)).type).toBe("approved");
  await store.purge({ settled: 0, idempotency: 0 }, 10);
  expect(found()).toBe(false);
  await store.close();
});

/** Flushes that end when the test says so. */
function heldFlushes(): { readonly sync: Sync; readonly held: ((cause: Error | null) => void)[] } {
  const held: ((cause: Error | null) => void)[] = [];
  return { sync: (done) => void held.push(done), held };
}

const someTurns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
};

test("R-05: nothing is acknowledged before its flush, and what arrives meanwhile shares the next one", async () => {
  const { sync, held } = heldFlushes();
  const { transactions, store } = openCommits(100, { sync });
  const done: number[] = [];
  const start = (n: number): Promise<unknown> => putStarted(store, n).then(() => done.push(n));
  const first = start(1);
  await someTurns();
  const others = [start(2), start(3)];
  await someTurns();
  expect([done, held.length, transactions.length]).toEqual([[], 1, 2]);
  held[0]?.(null);
  await first;
  await someTurns();
  expect([done, held.length, transactions.length]).toEqual([[1], 2, 4]);
  held[1]?.(null);
  await Promise.all(others);
  expect(done).toEqual([1, 2, 3]);
});

test("a decision that writes nothing needs no flush", async () => {
  const { sync, held } = heldFlushes();
  const { store } = openCommits(100, { sync });
  expect(await store.update([], () => ({ writes: [], result: "seen" }))).toBe("seen");
  expect(held).toHaveLength(0);
});

test("R-05: a read of what is being flushed waits for it", async () => {
  const { sync, held } = heldFlushes();
  const folder = tempFolder();
  const opening = openSqliteStore({ folder, clock: createFakeClock(), sync });
  const store = await opening;
  const started = putStarted(store, 1);
  await someTurns();
  let seen: unknown = "nothing yet";
  const reading = store.get(key("recipient", "recipient-1")).then((row) => {
    seen = row?.id;
  });
  await someTurns();
  expect(seen).toBe("nothing yet");
  held[0]?.(null);
  await Promise.all([started, reading]);
  expect(seen).toBe("recipient-1");
  await store.close();
});

test("R-05: what is written past the queue is flushed as well, one flush at a time", async () => {
  let running = 0;
  let most = 0;
  const sync: Sync = (done) => {
    running += 1;
    most = Math.max(most, running);
    setImmediate(() => {
      running -= 1;
      done(null);
    });
  };
  const store = await openSqliteStore({ folder: tempFolder(), clock: createFakeClock(), sync });
  await Promise.all(
    fill(20, (n) => (n % 2 === 0 ? putStarted(store, n) : store.writeMeta(`name-${n}`, "value"))),
  );
  expect(most).toBe(1);
  expect(await store.readMeta("name-19")).toBe("value");
  await store.close();
});

test("R-10: after a flush that failed nothing is promised any more, and the remedy is named", async () => {
  const { sync, held } = heldFlushes();
  const store = await openSqliteStore({ folder: tempFolder(), clock: createFakeClock(), sync });
  const written = putStarted(store, 1);
  await someTurns();
  const waiting = putStarted(store, 2);
  const read = store.get(key("recipient", "recipient-1"));
  held[0]?.(new Error("EIO: i/o error, fdatasync"));
  const later = [() => putStarted(store, 3), () => store.get(key("tenant", "t")), () => store.probe()];
  for (const one of [written, waiting, read, ...later.map((call) => call())]) {
    const refused = await one.then(
      () => "answered",
      (cause: unknown) => cause,
    );
    expect(refused).toBeInstanceOf(StorageUnavailable);
    expect(String(refused)).toMatch(/EIO.*check the disk, then restart/);
  }
  expect(held).toHaveLength(1);
  await store.close();
});

test("K-2: deletes are overwritten, and the log is write-ahead and flushed by us", () => {
  const database = openDatabase(join(tempFolder(), "test.db"));
  const pragma = (name: string): unknown => Object.values(database.prepare(`pragma ${name}`).get() ?? {})[0];
  expect([pragma("journal_mode"), pragma("synchronous"), pragma("secure_delete")]).toEqual(["wal", 1, 1]);
  database.close();
});
