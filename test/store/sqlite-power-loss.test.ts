import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { systemClock } from "../../src/clock/index.ts";
import { openSqliteStore } from "../../src/store/index.ts";
import { seededRandom } from "../../src/testing/index.ts";
import { addUpdate, beginHistory, lastUpdate } from "./numbered-updates.ts";
import { tempFolder } from "./temp-folder.ts";

const clock = systemClock();
const updates = 12;
const database = "countersign.db";
const log = "countersign.db-wal";

/** Database and log as they are on the disk after each of a few acknowledged updates. */
async function filesUnderWay(journaledMin: number): Promise<{ folder: string; sizes: number[] }> {
  const live = tempFolder();
  const first = await openSqliteStore({ folder: live, clock });
  await beginHistory(first);
  await first.close();
  const store = await openSqliteStore({ folder: live, clock, journaledMin });
  const sizes: number[] = [];
  for (let n = 0; n < updates; n++) {
    await addUpdate(store);
    sizes.push(statSync(join(live, log)).size);
  }
  const folder = tempFolder();
  // Another process copies: a handle that this one closes would drop the locks it holds on the file.
  execFileSync("cp", [join(live, database), join(live, log), folder]);
  await store.close();
  return { folder, sizes };
}

async function openedLast(folder: string, wal: Buffer): Promise<number> {
  const copy = join(folder, "copy");
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy);
  copyFileSync(join(folder, database), join(copy, database));
  writeFileSync(join(copy, log), wal);
  const store = await openSqliteStore({ folder: copy, clock });
  const last = await lastUpdate(store, updates);
  await store.close();
  return last;
}

/** Rows that go straight into their tables, and rows that go to the journal first. */
const ways = [
  ["the tables", 1_000],
  ["the journal", 1],
] as const;

test.each(ways)(
  "R-05: cut at any 512 bytes the log opens, and is the acknowledged history up to there: %s",
  async (_way, journaledMin) => {
    const { folder, sizes } = await filesUnderWay(journaledMin);
    const whole = readFileSync(join(folder, log));
    for (let size = 0; size <= whole.length; size += 512) {
      const complete = sizes.filter((one) => one <= size).length;
      expect(await openedLast(folder, whole.subarray(0, size)), `${size} bytes`).toBe(complete);
    }
    expect(await openedLast(folder, whole)).toBe(updates);
  },
);

test.each(ways)(
  "R-05: a log with torn pages opens, and is a prefix of the acknowledged history: %s",
  async (_way, journaledMin) => {
    const { folder } = await filesUnderWay(journaledMin);
    const whole = readFileSync(join(folder, log));
    const random = seededRandom(5);
    const seen = new Set<number>();
    for (let round = 0; round < 60; round++) {
      const torn = Buffer.from(whole);
      const at = Math.floor((random.next() * torn.length) / 512) * 512;
      torn.fill(0, at, at + 512);
      seen.add(await openedLast(folder, torn));
    }
    expect(seen.size).toBeGreaterThan(3);
  },
);

test("R-05: each acknowledgement follows an fsync of the log (strace)", ({ skip }) => {
  const probe = spawnSync("strace", ["-f", "-e", "trace=fsync", "true"]);
  if (probe.status !== 0) return skip("strace is not here or may not trace");
  const folder = tempFolder();
  const trace = join(folder, "trace");
  const program = join(import.meta.dirname, "acknowledging-process.ts");
  const run = spawnSync("strace", [
    ...["-f", "-y", "-o", trace, "-e", "trace=write,writev,fsync,fdatasync"],
    ...[process.execPath, program, join(folder, "data"), "25"],
  ]);
  expect(run.status, String(run.stderr)).toBe(0);
  let synced = 0;
  let acknowledged = 0;
  for (const line of readFileSync(trace, "utf8").split("\n")) {
    // A call of another thread may be split in two lines: the second says that it is done.
    if (/(fsync|fdatasync)\(.*countersign\.db-wal>\)\s+= 0/.test(line)) synced += 1;
    if (/fdatasync resumed>\)\s+= 0/.test(line)) synced += 1;
    if (/write.*"begin/.test(line)) synced = 0;
    if (!/write.*"acknowledged \d+/.test(line)) continue;
    expect(synced, line).toBeGreaterThan(0);
    synced = 0;
    acknowledged += 1;
  }
  expect(acknowledged).toBe(25);
});
