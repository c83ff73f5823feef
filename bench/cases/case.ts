import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import type { Database } from "../database.ts";
import type { CountersignSetup } from "../protocol.ts";
import type { SlowSync } from "../slow-sync.ts";
import type { SubjectSetup } from "../subject.ts";

export type StoreName = "sqlite" | "postgres";

/** What all parts of one run share. */
export interface Bench {
  /** A temporary folder that is removed at the end. */
  readonly folder: string;
  readonly rounds: number;
  readonly seconds: number;
  /** How long each server is loaded before its first round: compilers have to have seen the work. */
  readonly warmSeconds: number;
  readonly connections: number;
  readonly quick: boolean;
  readonly stores: readonly StoreName[];
  /** Verifications in the fuller store of the part about rows. */
  readonly rowsMax: number;
  /** Null where a slower disk cannot be had. */
  readonly slowSync: SlowSync | null;
  /** Another checkout to measure beside this one. */
  readonly against: string | null;
  /** The PostgreSQL on the server's core, started when it is first asked for. */
  database(): Promise<Database>;
  progress(text: string): void;
}

/** A table of the report and the same facts as data. */
export interface Section {
  readonly name: string;
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
  /** Numbers with what they are held against; being met is for the reader, only `gate` fails the run. */
  readonly goals: readonly Goal[];
  readonly plots: readonly Plot[];
  readonly data: unknown;
}

export interface Goal {
  readonly what: string;
  /** Null where this machine cannot tell. */
  readonly measured: number | null;
  readonly unit: string;
  readonly target: number;
  /** What is hoped for beyond the target. */
  readonly goal?: number;
  readonly better: "higher" | "lower";
  /** The value below (or above) which the run fails; null where the target is only reported. */
  readonly gate: number | null;
}

export type Plot = BarPlot | LinePlot;

export interface BarPlot {
  readonly kind: "bars";
  /** Of its file, without an ending. */
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly bars: readonly Bar[];
}

export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly isOurs: boolean;
}

export interface LinePlot {
  readonly kind: "lines";
  readonly name: string;
  readonly title: string;
  readonly x: string;
  /** The axis of the values is logarithmic. */
  readonly y: string;
  readonly lines: readonly Line[];
}

export interface Line {
  readonly label: string;
  readonly points: readonly (readonly [number, number])[];
  /** Three lines of a store follow each other. */
  readonly color: number;
}

/** Countersign on a fresh folder, or on a fresh database. */
export async function countersignOn(
  store: StoreName,
  bench: Bench,
  batchMax?: number,
): Promise<SubjectSetup & { readonly server: CountersignSetup }> {
  const folder = freshFolder(bench);
  const size = batchMax === undefined ? {} : { batchMax };
  if (store === "sqlite") return { server: { mode: "countersign", folder, ...size } };
  const database = await bench.database();
  const databaseUrl = await database.database("countersign");
  return { server: { mode: "countersign", folder, databaseUrl, ...size }, database };
}

export function freshFolder(bench: Bench): string {
  return mkdtempSync(join(bench.folder, "data-"));
}

export const storeTitles: Readonly<Record<StoreName, string>> = {
  sqlite: "SQLite",
  postgres: "PostgreSQL",
};

export const whole = (value: number): string => Math.round(value).toLocaleString("en");
export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
export const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 1)} ms`;
export const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
export const times = (value: number): string => `${value.toFixed(value < 10 ? 2 : 1)} times`;
