import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readMigrations } from "../../src/store/migrations.ts";
import { tempFolder } from "./temp-folder.ts";

const own = join(import.meta.dirname, "..", "..", "src", "store");

/** The migrations of a version to come: ours, and then some. */
export function laterVersion(kind: "postgres" | "sqlite", steps: readonly string[]): string {
  const folder = tempFolder();
  cpSync(join(own, kind, "migrations"), folder, { recursive: true });
  const first = countOf(kind) + 1;
  for (const [index, text] of steps.entries()) {
    writeFileSync(join(folder, `${laterName(first + index)}.sql`), text);
  }
  return folder;
}

/** What the step of a number is called in it. */
export function laterName(number: number): string {
  return `${String(number).padStart(4, "0")}-later`;
}

/** How many migrations this version knows. */
export function countOf(kind: "postgres" | "sqlite"): number {
  return readMigrations(join(own, kind, "migrations")).length;
}
