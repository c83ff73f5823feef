import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import type { ServerSetup } from "../protocol.ts";
import type { SlowSync } from "../slow-sync.ts";

/** What all parts of one run share. */
export interface Bench {
  /** A temporary folder that is removed at the end. */
  readonly folder: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  readonly quick: boolean;
  /** Null where a slower disk cannot be had. */
  readonly slowSync: SlowSync | null;
  /** Another checkout to measure beside this one. */
  readonly against: string | null;
  progress(text: string): void;
}

/** A table of the report and the same facts as data. */
export interface Section {
  readonly name: string;
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
  /** Numbers with the goal they are held against; `met` is for the reader, only `gate` fails the run. */
  readonly goals: readonly Goal[];
  readonly data: unknown;
}

export interface Goal {
  readonly what: string;
  readonly measured: number;
  readonly unit: string;
  readonly goal: number;
  readonly better: "higher" | "lower";
  /** The value below (or above) which the run fails; null where the goal is only reported. */
  readonly gate: number | null;
}

export function countersignIn(bench: Bench, batchMax?: number): ServerSetup {
  const folder = mkdtempSync(join(bench.folder, "data-"));
  return { mode: "countersign", folder, ...(batchMax === undefined ? {} : { batchMax }) };
}

export const whole = (value: number): string => Math.round(value).toLocaleString("en");
export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
export const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 1)} ms`;
export const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
