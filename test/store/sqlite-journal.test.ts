import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { key, openSqliteStore, StorageUnavailable, type Store } from "../../src/store/index.ts";
import { openDatabase } from "../../src/store/sqlite/database.ts";
import { examineFolder } from "../../src/store/sqlite/examine.ts";
import { createFakeClock } from "../../src/testing/index.ts";
import {
  apiKeyRow,
  began,
  checkAt,
  fill,
  put,
  putStarted,
  type Started,
  tenantId,
} from "../../src/testing/store-conformance/rows.ts";
import { openCommits } from "./recorded-commits.ts";
import { tempFolder } from "./temp-folder.ts";

const databaseName = "countersign.db";
const logName = `${databaseName}-wal`;

/** One batch of so many starts. */
function manyStarts(store: Store, count: number): Promise<readonly Started[]> {
  return Promise.all(fill(count, (n) => putStarted(store, n)));
}

/** The files as a process leaves them that is killed; copied by another one, which holds no lock of ours. */
function leftBy(folder: string): string {
  const left = tempFolder();
  execFileSync("cp", [join(folder, databaseName), join(folder, logName), left]);
  return left;
}

async function expectRows(store: Store, started: readonly Started[]): Promise<void> {
  for (const { recipient, verification } of started) {
    expect(await store.get(key("recipient", recipient.id))).toMatchObject({ id: recipient.id });
    expect(await store.get(key("verification", verification.id))).toMatchObject({ status: "approved" });
  }
  expect(await store.scan("verification", null, 1_000)).toHaveLength(started.length);
  expect(await store.scan("delivery", null, 1_000)).toHaveLength(started.length);
}

test("R-05: what waits in the journal of a process that was killed is there for the next one", async () => {
  const folder = tempFolder();
  const store = await openSqliteStore({ folder, clock: createFakeClock() });
  const started = await manyStarts(store, 60);
  await Promise.all(started.map(({ verification }) => checkAt(store, verification.id, true, began + 1)));
  const left = leftBy(folder);
  await store.close();
  const database = openDatabase(join(left, databaseName));
  const count = database.prepare("select count(*) as n from verifications");
  expect(count.get()).toEqual({ n: 0 });
  database.close();
  // The doctor reads what waits, too.
  const rows = () => examineFolder(left, true).findings.find(({ check }) => check === "rows");
  expect(rows()?.found).toMatch(/^the checksums of all (\d+) are right$/);
  expect(Number(/\d+/.exec(rows()?.found ?? "")?.[0])).toBeGreaterThan(60 * 3);
  const again = await openSqliteStore({ folder: left, clock: createFakeClock() });
  await expectRows(again, started);
  // Folded once and void from then on: a third process has nothing to do, and nothing comes back.
  const [first] = started;
  const id = first?.verification.id ?? "";
  await again.update([], () => ({ writes: [{ table: "verification", id, row: null }], result: undefined }));
  const later = leftBy(left);
  await again.close();
  const third = await openSqliteStore({ folder: later, clock: createFakeClock() });
  expect(await third.get(key("verification", id))).toBeUndefined();
  expect(await third.scan("verification", null, 1_000)).toHaveLength(59);
  await third.close();
});

test("a row that several batches change is written to its table once, before anything reads that", async () => {
  const { database, journal, store } = openCommits(100, { journaledMin: 16 });
  const started = await manyStarts(store, 60);
  await Promise.all(started.map(({ verification }) => checkAt(store, verification.id, true, began + 1)));
  const rows = database.prepare("select count(*) as n from verifications");
  expect(rows.get()).toEqual({ n: 0 });
  database.exec(
    "create table written (id text); create trigger counted after insert on verifications begin insert into written values (new.id); end",
  );
  database.exec(
    "create trigger counted_again after update on verifications begin insert into written values (new.id); end",
  );
  journal.fold();
  expect(rows.get()).toEqual({ n: 60 });
  expect(database.prepare("select count(*) as n from written").get()).toEqual({ n: 60 });
});

test("a removed row that waits is gone for readers of its key, and for readers of its table", async () => {
  const folder = tempFolder();
  const store = await openSqliteStore({ folder, clock: createFakeClock(), journaledMin: 1 });
  const [one, two] = await manyStarts(store, 2);
  const id = one?.delivery.verificationId ?? "";
  const writes = [{ table: "delivery", id: `${id}.1`, row: null }] as const;
  await store.update([], () => ({ writes, result: undefined }));
  expect(await store.get(key("delivery", `${id}.1`))).toBeUndefined();
  expect(await store.deliveriesOf(id)).toEqual([]);
  expect(await store.deliveriesOf(two?.delivery.verificationId ?? "")).toHaveLength(1);
  await store.close();
});

test("a row that a constraint refuses takes nobody of its batch with it", async () => {
  const { store } = openCommits(100, { journaledMin: 1 });
  await put(store, [{ table: "apiKey", id: "k0", row: apiKeyRow("k0", tenantId, "twin") }]);
  const settled = await Promise.allSettled(
    fill(40, (n) =>
      n === 3
        ? put(store, [{ table: "apiKey", id: "k3", row: apiKeyRow("k3", tenantId, "twin") }])
        : putStarted(store, n),
    ),
  );
  expect(settled.filter(({ status }) => status === "rejected")).toHaveLength(1);
  expect(settled[3]).toMatchObject({ status: "rejected" });
  expect(await store.get(key("recipient", "recipient-39"))).toBeDefined();
});

test("R-10: a full database keeps what was acknowledged in the journal, refuses the rest, and goes on once there is room", async () => {
  const { database, journal, store } = openCommits(16, { journaledMin: 1 });
  const pages = (database.prepare("pragma page_count").get() as { page_count: number }).page_count;
  database.exec(`pragma max_page_count = ${pages + 20}`);
  const first = await Promise.allSettled(fill(200, (n) => putStarted(store, n)));
  const done = first.flatMap(({ status }, n) => (status === "fulfilled" ? [n] : []));
  expect(done.length).toBeGreaterThan(0);
  expect(done.length).toBeLessThan(200);
  for (const one of first) {
    if (one.status === "rejected") expect(one.reason).toBeInstanceOf(StorageUnavailable);
  }
  for (const n of done)
    expect(await store.get(key("recipient", `recipient-${n}`)), `start ${n}`).toBeDefined();
  database.exec("pragma max_page_count = 1000000");
  await Promise.all(fill(200, (n) => putStarted(store, 1_000 + n)));
  journal.fold();
  const recipients = database.prepare("select count(*) as n from recipients").get();
  expect(recipients).toEqual({ n: done.length + 200 });
});

test("K-2: what was erased is not in the journal either after a purge", async () => {
  const folder = tempFolder();
  const store = await openSqliteStore({ folder, clock: createFakeClock(), journaledMin: 1 });
  const erased = "sealed-code-that-must-go";
  const { verification } = await putStarted(store, 1, began, { suppliedCode: erased });
  const found = (): boolean =>
    [databaseName, logName].some((name) => readFileSync(join(folder, name)).includes(erased));
  expect(found()).toBe(true);
  expect((await checkAt(store, verification.id, true, began + 1_000)).type).toBe("approved");
  await store.purge({ settled: 0, idempotency: 0 }, 10);
  expect(found()).toBe(false);
  await store.close();
});

test("a backup has what waits in the journal", async () => {
  const folder = tempFolder();
  const store = await openSqliteStore({ folder, clock: createFakeClock() });
  const started = await manyStarts(store, 60);
  await Promise.all(started.map(({ verification }) => checkAt(store, verification.id, true, began + 1)));
  const restored = tempFolder();
  await store.backup(join(restored, databaseName));
  await store.close();
  const again = await openSqliteStore({ folder: restored, clock: createFakeClock() });
  await expectRows(again, started);
  await again.close();
});
