import { appendFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { type Summary, summarize } from "../simulation/command.ts";

/*
 * The long simulation: `npm run prove -- simulate --seeds 1000000 --from 1`. Seeds go in portions over all cores; what
 * came of them is one line of docs/reliability-ledger.jsonl.
 */
const ledger = join(import.meta.dirname, "..", "..", "docs", "reliability-ledger.jsonl");
const portion = 2_000;

/** Runs the seeds and writes the ledger; the exit code tells whether every promise held. */
export async function proveBySimulation(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: "string", default: "1000000" },
      from: { type: "string", default: "1" },
      processes: { type: "string", default: String(availableParallelism()) },
    },
  });
  const from = Number(values.from);
  const end = from + Number(values.seeds);
  const startedAt = new Date();
  const done: Summary[] = [];
  let next = from;
  const work = async (): Promise<void> => {
    while (next < end) {
      const start = next;
      const stop = Math.min(end, start + portion);
      next = stop;
      const summary = await summarize(["--from", String(start), "--seeds", String(stop - start)]);
      done.push(summary);
      const verdict = summary.first === null ? "" : `, first broken: seed ${summary.first.seed}`;
      process.stdout.write(`seeds ${start} to ${stop - 1}: ${summary.events} events${verdict}\n`);
    }
  };
  await Promise.all(Array.from({ length: Number(values.processes) }, work));
  const entry = ledgerEntry(done, from, startedAt);
  appendFileSync(ledger, `${JSON.stringify(entry)}\n`);
  process.stdout.write(`${JSON.stringify(entry)}\n`);
  return entry.violations === 0 ? 0 : 1;
}

function ledgerEntry(
  done: readonly Summary[],
  from: number,
  startedAt: Date,
): { readonly violations: number } & Readonly<Record<string, unknown>> {
  const sum = (of: (one: Summary) => number): number => done.reduce((total, one) => total + of(one), 0);
  return {
    proof: "simulate",
    date: startedAt.toISOString(),
    commit: done[0]?.commit ?? "unknown",
    from,
    seeds: sum((one) => one.seeds),
    events: sum((one) => one.events),
    commits: sum((one) => one.commits),
    crashes: sum((one) => one.crashes),
    challengesApproved: sum((one) => one.approvedByApp + one.approvedByText),
    wrongUses: sum((one) => one.wrongUses),
    virtualHours: Math.round(sum((one) => one.virtualMs) / 3_600_000),
    tookSeconds: Math.round((Date.now() - startedAt.getTime()) / 1_000),
    violations: sum((one) => one.violations),
    firstBroken: done.find((one) => one.first !== null)?.first ?? null,
  };
}

if (import.meta.main) process.exitCode = await proveBySimulation(process.argv.slice(2));
