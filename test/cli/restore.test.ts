import { copyFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { restore } from "../../src/cli/commands/restore.ts";
import { systemClock } from "../../src/clock/index.ts";
import { openSqliteStore, type Store } from "../../src/store/index.ts";
import { tempFolder } from "../store/temp-folder.ts";

const clock = systemClock();
const silent = {
  json: false,
  isWatched: false,
  pictureColumns: 0,
  result: () => undefined,
  say: () => undefined,
  ask: () => undefined,
  note: () => undefined,
  style: (_style: unknown, text: string) => text,
} as const;

/** A folder as `kill -9` leaves it, most of what was written in its log, and a backup from before that. */
async function killed(): Promise<{ readonly folder: string; readonly backup: string }> {
  const [folder, living] = [tempFolder(), tempFolder()];
  const backup = join(living, "saved.db");
  const store = await openSqliteStore({ folder: living, clock });
  await store.writeMeta("written", "before the backup");
  await store.backup(backup);
  await store.writeMeta("written", "after the backup");
  for (const suffix of ["", "-wal"]) {
    copyFileSync(join(living, `countersign.db${suffix}`), join(folder, `countersign.db${suffix}`));
  }
  await store.close();
  return { folder, backup };
}

async function writtenIn(folder: string): Promise<string | undefined> {
  let store: Store | null = null;
  try {
    store = await openSqliteStore({ folder, clock });
    return await store.readMeta("written");
  } finally {
    await store?.close();
  }
}

test("R-19: what was there is kept as one file that holds all of it, also what was only in its log", async () => {
  const { folder, backup } = await killed();
  await restore(backup, { force: true }, { data: folder }, silent);
  const [kept = "", ...beside] = readdirSync(folder).filter((name) => name.startsWith("before-restore-"));
  expect(beside).toEqual([]);
  const database = new DatabaseSync(join(folder, kept), { readOnly: true });
  const row = database.prepare("select value from meta where name = 'written'").get();
  database.close();
  expect(row).toEqual({ value: "after the backup" });
  expect(await writtenIn(folder)).toBe("before the backup");
});

test("R-19: a database that a killed server left is restored with what is only in its log", async () => {
  const { folder } = await killed();
  const data = tempFolder();
  await restore(join(folder, "countersign.db"), {}, { data }, silent);
  expect(await writtenIn(data)).toBe("after the backup");
});

test("R-19: the log of a database that somebody put away is not played onto the backup", async () => {
  const { folder, backup } = await killed();
  renameSync(join(folder, "countersign.db"), join(folder, "mine.db"));
  await restore(backup, {}, { data: folder }, silent);
  expect(await writtenIn(folder)).toBe("before the backup");
});

test("R-19: no server begins with nothing where a log lies without its database, or a restore was cut short", async () => {
  const { folder, backup } = await killed();
  renameSync(join(folder, "countersign.db"), join(folder, "mine.db"));
  await expect(writtenIn(folder)).rejects.toThrow(/countersign\.db is not there, but its log is/);
  renameSync(join(folder, "countersign.db-wal"), join(folder, "mine.db-wal"));
  writeFileSync(join(folder, "restore.partial.db"), "half");
  await expect(writtenIn(folder)).rejects.toThrow(/cut short: run `countersign restore` again, or delete/);
  await restore(backup, {}, { data: folder }, silent);
  expect(await writtenIn(folder)).toBe("before the backup");
});
