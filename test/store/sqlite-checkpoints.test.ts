import { copyFileSync, existsSync, readFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { openSqliteStore, type Store } from "../../src/store/index.ts";
import { type Pass, passOn } from "../../src/store/sqlite/checkpoint-pass.ts";
import {
  type CheckpointOptions,
  type Checkpoints,
  checkpointsOf,
  createCheckpoints,
  framesOfSqlite,
} from "../../src/store/sqlite/checkpoints.ts";
import { openDatabase } from "../../src/store/sqlite/database.ts";
import { createFakeClock } from "../../src/testing/index.ts";
import { began, fill, putStarted } from "../../src/testing/store-conformance/rows.ts";
import { tempFolder } from "./temp-folder.ts";

const databaseName = "countersign.db";
const frameBytes = 4_120;
/** When a checkpoint is due, and how often one looks. */
const framesBetween = 4_000;
const flushesBetween = 4;

interface Written {
  readonly database: DatabaseSync;
  readonly path: string;
  /** A commit of so many pages. */
  write(pages: number): void;
  frames(): number;
}

function openLog(): Written {
  const path = join(tempFolder(), databaseName);
  const database = openDatabase(path);
  onTestFinished(() => database.close());
  // None of SQLite's own, so that what is seen here is ours.
  database.exec("pragma wal_autocheckpoint = 0; create table pages (page integer primary key, doc blob)");
  const put = database.prepare("insert or replace into pages values (?, zeroblob(4000))");
  const look = database.prepare("pragma wal_checkpoint(noop)");
  return {
    database,
    path,
    write(pages) {
      database.exec("begin immediate");
      for (let page = 0; page < pages; page++) put.run(page);
      database.exec("commit");
    },
    frames: () => (look.get() as unknown as Pass).log,
  };
}

const flushed = (done: (cause: Error | null) => void): void => done(null);

function notAsked(): never {
  throw new Error("not asked");
}

/** Without the parts that a test brings. */
const alone: Omit<CheckpointOptions, "frames"> = {
  flush: flushed,
  passHere: notAsked,
  passBeside: notAsked,
  leaveToSqlite: () => {},
  clock: createFakeClock(),
  close: async () => {},
};

const synced = ({ sync }: Checkpoints): Promise<Error | null> => new Promise((resolve) => sync(resolve));

/** The flush before which one looks whether a checkpoint is due. */
async function nextLook(checkpoints: Checkpoints): Promise<void> {
  for (let n = 0; n < flushesBetween; n++) await synced(checkpoints);
}

/** Sees the log as it is now until it is closed. */
function readerOf(path: string): DatabaseSync {
  const reader = new DatabaseSync(path);
  reader.exec("begin; select count(*) from pages");
  return reader;
}

/** Passes by a connection of their own; the test says when each is over. */
function heldPasses(path: string) {
  const other = new DatabaseSync(path);
  onTestFinished(() => other.close());
  const pass = passOn(other);
  const asked: (() => void)[] = [];
  return {
    asked,
    pass(): Promise<Pass | null> {
      const passed = pass();
      return new Promise((resolve) => asked.push(() => resolve(passed)));
    },
    answer: () => asked.shift()?.(),
  };
}

test("a long log is copied while commits go on, what came meanwhile before the next one, and it begins anew", async () => {
  const { path, write, frames } = openLog();
  const held = heldPasses(path);
  const checkpoints = createCheckpoints({ ...alone, frames, passBeside: held.pass });
  write(framesBetween - 1_000);
  await nextLook(checkpoints);
  expect(held.asked).toHaveLength(0);
  write(1_000);
  // A pass takes its time: meanwhile the log cannot begin anew.
  const reader = readerOf(path);
  await nextLook(checkpoints);
  expect(held.asked).toHaveLength(1);
  // Nobody waits for the first pass.
  write(30);
  expect(await synced(checkpoints)).toBeNull();
  held.answer();
  await checkpoints.idle();
  reader.close();
  let isAcknowledged = false;
  checkpoints.sync(() => {
    isAcknowledged = true;
  });
  expect(isAcknowledged).toBe(false);
  held.answer();
  await checkpoints.idle();
  expect(isAcknowledged).toBe(true);
  expect(frames()).toBeGreaterThan(framesBetween);
  write(1);
  expect(frames()).toBeLessThan(10);
  // The length of the log that was is not counted against the new one.
  write(framesBetween);
  await nextLook(checkpoints);
  expect(held.asked).toHaveLength(1);
});

test("a pass that fails is tried again once the log has grown as much again, and nobody hears of it", async () => {
  const { write, frames } = openLog();
  let asked = 0;
  const pass = async (): Promise<Pass | null> => {
    asked += 1;
    if (asked === 1) throw new Error("no thread");
    return null;
  };
  const checkpoints = createCheckpoints({ ...alone, frames, passBeside: pass });
  write(framesBetween);
  for (let n = 0; n < 3; n++) {
    await nextLook(checkpoints);
    await checkpoints.idle();
  }
  expect(asked).toBe(1);
  write(framesBetween);
  await nextLook(checkpoints);
  expect(asked).toBe(2);
  await checkpoints.idle();
  expect(await synced(checkpoints)).toBeNull();
});

test("a log that took a minute to grow is copied at once, without a thread", async () => {
  const { database, write, frames } = openLog();
  const clock = createFakeClock();
  const checkpoints = createCheckpoints({ ...alone, frames, passHere: passOn(database), clock });
  for (let round = 0; round < 2; round++) {
    await clock.advance(60_000);
    write(framesBetween);
    await nextLook(checkpoints);
    write(1);
    expect(frames()).toBeLessThan(10);
  }
});

test("a reader that holds the log is waited for by no commit", async () => {
  const { path, write, frames } = openLog();
  const reader = readerOf(path);
  const held = heldPasses(path);
  const checkpoints = createCheckpoints({ ...alone, frames, passBeside: held.pass });
  write(framesBetween);
  await nextLook(checkpoints);
  for (let n = 0; n < 2; n++) {
    held.answer();
    await checkpoints.idle();
    checkpoints.sync(() => {});
  }
  await nextLook(checkpoints);
  expect(held.asked).toHaveLength(0);
  reader.close();
  write(framesBetween);
  await nextLook(checkpoints);
  expect(held.asked).toHaveLength(1);
});

test("a log that a reader held for long is copied beside, however slowly it grew", async () => {
  const { path, write, frames } = openLog();
  const clock = createFakeClock();
  const held = heldPasses(path);
  const checkpoints = createCheckpoints({ ...alone, frames, passBeside: held.pass, clock });
  const reader = readerOf(path);
  for (let round = 0; round < 2; round++) {
    write(framesBetween);
    await nextLook(checkpoints);
    expect(held.asked).toHaveLength(1);
    for (let pass = 0; pass < 2; pass++) {
      held.answer();
      await checkpoints.idle();
      checkpoints.sync(() => {});
    }
    await clock.advance(60_000);
  }
  reader.close();
});

test("SQLite makes no checkpoint itself from the first of the thread on, until one fails", async () => {
  const { database, path, write } = openLog();
  const ofSqlite = () => Object.values(database.prepare("pragma wal_autocheckpoint").get() ?? {})[0];
  database.exec("pragma wal_autocheckpoint = ".concat(String(framesOfSqlite)));
  const checkpoints = checkpointsOf(database, path, flushed, createFakeClock());
  expect(ofSqlite()).toBe(framesOfSqlite);
  const pair = async () => {
    write(framesBetween);
    await nextLook(checkpoints);
    await checkpoints.idle();
    await synced(checkpoints);
  };
  await pair();
  expect(ofSqlite()).toBe(0);
  await checkpoints.close();
  write(1);
  await pair();
  expect(ofSqlite()).toBe(framesOfSqlite);
});

test("a flush that fails is told at once", async () => {
  const { frames } = openLog();
  const broken = new Error("broken");
  const checkpoints = createCheckpoints({ ...alone, frames, flush: (done) => done(broken) });
  expect(await synced(checkpoints)).toBe(broken);
});

test("in a thread of its own the log is copied and begins anew", async () => {
  const { database, path, write, frames } = openLog();
  const checkpoints = checkpointsOf(database, path, flushed, createFakeClock());
  write(framesBetween);
  await nextLook(checkpoints);
  await checkpoints.idle();
  await synced(checkpoints);
  await checkpoints.idle();
  write(1);
  expect(frames()).toBeLessThan(10);
  await checkpoints.close();
});

test("a database that was moved away while it is open keeps its log, and nothing new comes in its place", async () => {
  const { database, path, write, frames } = openLog();
  const checkpoints = checkpointsOf(database, path, flushed, createFakeClock());
  const copyInPlace = () => copyFileSync(`${path}.moved`, path);
  renameSync(path, `${path}.moved`);
  for (const [putBack, isThere] of [
    [() => {}, false],
    [copyInPlace, true],
  ] as const) {
    putBack();
    const before = isThere ? readFileSync(path) : null;
    write(framesBetween);
    await nextLook(checkpoints);
    await checkpoints.idle();
    expect(existsSync(path)).toBe(isThere);
    if (before !== null) expect(readFileSync(path).equals(before)).toBe(true);
    expect(statSync(`${path}-wal`).size).toBeGreaterThan(frames() * 4_096);
  }
  await checkpoints.close();
});

/** Starts by the hundred, so that each batch goes to the journal. */
async function start(store: Store, from: number, count: number): Promise<void> {
  for (let n = from; n < from + count; n += 90) await Promise.all(fill(90, (k) => putStarted(store, n + k)));
}

/** Of the log's header, one more each time that it begins anew (https://sqlite.org/fileformat2.html#walformat). */
const firstSalt = (log: string): number => readFileSync(log).readUInt32BE(16);

test("the log of a store begins anew long before SQLite's own checkpoint, which holds up the event loop", async () => {
  const folder = tempFolder();
  const store = await openSqliteStore({ folder, clock: createFakeClock() });
  const log = join(folder, `${databaseName}-wal`);
  let written = 0;
  while (statSync(log).size < (framesBetween + 100) * frameBytes) await putStarted(store, written++);
  const salt = firstSalt(log);
  const oneMore = async () => {
    await putStarted(store, written++);
    return firstSalt(log);
  };
  await expect.poll(oneMore, { timeout: 20_000, interval: 20 }).toBe(salt + 1);
  expect(statSync(log).size).toBeLessThan(framesOfSqlite * frameBytes);
  await store.close();
  // SQLite removes it with the last connection, which the thread's must not be.
  expect(existsSync(log)).toBe(false);
});

test("K-2: a purge waits for the checkpoint that is under way, and empties the log", async () => {
  const folder = tempFolder();
  const store = await openSqliteStore({ folder, clock: createFakeClock() });
  for (let round = 0; round < 4; round++) {
    await start(store, round * 1_800, 1_800);
    const { finished } = await store.purge({ settled: began, idempotency: 0 }, 100_000);
    expect(finished).toBe(true);
    expect(statSync(join(folder, `${databaseName}-wal`)).size).toBe(0);
  }
  await store.close();
});
