import { execFileSync } from "node:child_process";
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../src/clock/index.ts";

const ledgerPath = join(import.meta.dirname, "..", "..", "docs", "reliability-ledger.jsonl");

export type Line = Readonly<Record<string, unknown>>;

/** Appends what a proof did, with date and commit, to docs/reliability-ledger.jsonl, and prints it. */
export function writeLedger(part: string, line: Line): void {
  const date = new Date(systemClock().now()).toISOString();
  const text = JSON.stringify({ part, date, commit: commitId(), source: sourceId(), ...line });
  appendFileSync(ledgerPath, `${text}\n`);
  process.stdout.write(`${text}\n`);
}

/**
 * Does what is still to do of a long proof, a slice at a time, each a line of the ledger: one that was stopped goes on
 * where it was, as long as the source is the same.
 */
export async function inSlices(
  part: string,
  { proof, count, slice }: { readonly proof: string; readonly count: number; readonly slice: number },
  run: (count: number) => Promise<Line & { readonly failed: boolean }>,
): Promise<boolean> {
  const source = sourceId();
  const before = source === null ? [] : linesOf({ part, proof, source });
  let done = before.reduce((sum, line) => sum + Number(line["count"]), 0);
  if (done > 0) process.stdout.write(`${part} ${proof}: ${done} of ${count} were done before\n`);
  let isWell = before.every((line) => line["failed"] !== true);
  while (done < count) {
    const size = Math.min(slice, count - done);
    const line = await run(size);
    writeLedger(part, { proof, count: size, ...line });
    done += size;
    isWell &&= !line.failed;
  }
  return isWell;
}

function linesOf(wanted: Line): Line[] {
  return readFileSync(ledgerPath, "utf8")
    .split("\n")
    .filter((text) => text !== "")
    .map((text) => JSON.parse(text) as Line)
    .filter((line) => Object.entries(wanted).every(([name, value]) => line[name] === value));
}

/** The middle and the largest of numbers that are sorted. */
export function spread(sorted: readonly number[]): { median: number | undefined; max: number | undefined } {
  return { median: sorted[Math.floor(sorted.length / 2)], max: sorted.at(-1) };
}

const git = (...command: string[]): string => execFileSync("git", command, { encoding: "utf8" }).trim();

function isChanged(): boolean {
  return git("status", "--porcelain", "--", "src") !== "";
}

/** With a plus sign where the source differs from that commit. */
function commitId(): string {
  return git("rev-parse", "--short", "HEAD") + (isChanged() ? "+" : "");
}

/** The source alone, whatever else changed; null where it is no commit's. */
function sourceId(): string | null {
  return isChanged() ? null : git("rev-parse", "--short", "HEAD:src");
}
