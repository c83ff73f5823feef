import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DataUnreadable } from "./errors.ts";

/** One numbered step of a schema. Its first lines may say what kind it is; see CONTRIBUTING.md. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly text: string;
  /** Whether a program that knows only the step before still works on the result: `-- expands`. */
  readonly isExpansion: boolean;
  /** Whether it must run outside a transaction, as concurrent indexes do: `-- outside a transaction`. */
  readonly isOutside: boolean;
}

/** What a database says of its schema. */
export interface SchemaState {
  /** 0 before the first migration. */
  readonly version: number;
  /** The oldest schema that a program may know and still work on this one. */
  readonly worksFrom: number;
}

/** What bringing a schema up to date did. */
export interface MigrationReport {
  readonly from: number;
  readonly to: number;
  /** The names of the steps that were taken here, oldest first. */
  readonly applied: readonly string[];
}

/** How a schema stands to this program. */
export interface SchemaStanding extends SchemaState {
  /** The schema that this program knows. */
  readonly known: number;
  /** The names of the steps that it lacks. */
  readonly waiting: readonly string[];
  readonly standing: "current" | "older" | "newer" | "tooNew";
}

/** Where a schema keeps `worksFrom`, in its table `meta`. */
export const worksFromName = "schema_works_from";

/** The steps in a folder, in order: `0001-core.sql` and so on, without a gap. */
export function readMigrations(folder: string): readonly Migration[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort();
  return names.map((name, index) => {
    const text = readFileSync(join(folder, name), "utf8");
    if (Number.parseInt(name, 10) !== index + 1) throw new RangeError(`${name} is out of order in ${folder}`);
    return {
      number: index + 1,
      name: name.replace(/\.sql$/, ""),
      text,
      isExpansion: /^-- expands\b/m.test(text),
      isOutside: /^-- outside a transaction\b/m.test(text),
    };
  });
}

/** The oldest program that still works after `migration`. */
export function worksFromAfter(migration: Migration, before: SchemaState): number {
  return migration.isExpansion ? before.worksFrom : migration.number;
}

export function standingOf(state: SchemaState, migrations: readonly Migration[]): SchemaStanding {
  const known = migrations.length;
  const waiting = migrations.slice(state.version).map(({ name }) => name);
  return { ...state, known, waiting, standing: standing(state, known) };
}

function standing({ version, worksFrom }: SchemaState, known: number): SchemaStanding["standing"] {
  if (version === known) return "current";
  if (version < known) return "older";
  return worksFrom <= known ? "newer" : "tooNew";
}

/**
 * A program works on a schema that is newer than it knows while every step in between was an expansion.
 * @throws DataUnreadable where one was not
 */
export function refuseTooNew(state: SchemaState, known: number): void {
  if (standing(state, known) !== "tooNew") return;
  throw new DataUnreadable(
    `the database has schema ${state.version}, this version knows ${known}: run the newer Countersign`,
  );
}
