import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { moveBackup } from "./backup.ts";

/** Memory is another disk to whoever renames; tests may live there themselves. */
const otherDisk = ["/dev/shm", "/var/tmp"].find(
  (folder) => existsSync(folder) && statSync(folder).dev !== statSync(tmpdir()).dev,
);
let here = "";
let there = "";

beforeEach(() => {
  here = mkdtempSync(join(tmpdir(), "countersign-backup-"));
  there = mkdtempSync(join(otherDisk ?? tmpdir(), "countersign-backup-"));
  writeFileSync(join(here, "made.db"), "all of it", { mode: 0o600 });
});
afterEach(() => {
  for (const folder of [here, there]) rmSync(folder, { recursive: true, force: true });
});

test("R-19: on another disk a backup has its name only when it is whole, also after a copy that was killed", (context) => {
  if (otherDisk === undefined)
    context.skip("there is no second disk here: neither /dev/shm nor /var/tmp is one");
  // Of a copy that was killed, or of one that another command still makes.
  writeFileSync(join(there, "saved.db.1.partial"), "half");
  moveBackup(join(here, "made.db"), join(there, "saved.db"));
  expect(readdirSync(there).sort()).toEqual(["saved.db", "saved.db.1.partial"]);
  expect(readFileSync(join(there, "saved.db.1.partial"), "utf8")).toBe("half");
  expect(readFileSync(join(there, "saved.db"), "utf8")).toBe("all of it");
  expect(statSync(join(there, "saved.db")).mode & 0o777).toBe(0o600);
  expect(readdirSync(here)).toEqual([]);
});

test("whoever comes second overwrites nothing, on the same disk and on another", () => {
  const made = join(here, "made.db");
  for (const folder of [here, there]) {
    const saved = join(folder, "saved.db");
    moveBackup(made, saved);
    writeFileSync(made, "another one");
    expect(() => moveBackup(made, saved)).toThrow(
      expect.objectContaining({
        failure: expect.objectContaining({
          code: "file_exists",
          remedy: expect.stringContaining(`complete at ${made}`),
        }),
      }),
    );
    expect(readFileSync(saved, "utf8")).toBe("all of it");
    expect(readFileSync(made, "utf8")).toBe("another one");
    expect(readdirSync(folder).filter((name) => name.endsWith(".partial"))).toEqual([]);
    writeFileSync(made, "all of it");
  }
});

test("on another disk a name that is only just too long is refused with where the backup is", (context) => {
  if (otherDisk === undefined)
    context.skip("there is no second disk here: neither /dev/shm nor /var/tmp is one");
  const to = join(there, "x".repeat(250));
  expect(() => moveBackup(join(here, "made.db"), to)).toThrow(/could not be written/);
  expect(readdirSync(there)).toEqual([]);
  expect(readFileSync(join(here, "made.db"), "utf8")).toBe("all of it");
});

test("nothing is overwritten, and what cannot be moved stays where it is complete", () => {
  writeFileSync(join(there, "saved.db"), "another one");
  expect(() => moveBackup(join(here, "made.db"), join(there, "saved.db"))).toThrow(/exists already/);
  expect(() => moveBackup(join(here, "made.db"), join(there, "missing", "saved.db"))).toThrow(
    expect.objectContaining({ failure: expect.objectContaining({ code: "backup_not_moved" }) }),
  );
  expect(readFileSync(join(there, "saved.db"), "utf8")).toBe("another one");
  expect(readFileSync(join(here, "made.db"), "utf8")).toBe("all of it");
});
