import { execFileSync } from "node:child_process";
import process from "node:process";
import { parseArgs } from "node:util";
import type { RunResult } from "./simulate.ts";

type Ways = { -readonly [Way in keyof RunResult["ways"]]: number };

/*
 * The simulator's command line:
 *   npm run simulate                          200 seeds from 1
 *   npm run simulate -- --seeds 20000         so many, from --from
 *   npm run simulate -- --seed 123            one, with everything that happens
 *   npm run simulate -- --mutant NAME         with a planted bug, until it is found
 */
const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    seeds: { type: "string", default: "200" },
    from: { type: "string", default: "1" },
    acts: { type: "string", default: "60" },
    sha: { type: "string" },
    mutant: { type: "string" },
    /** Print one JSON line instead of sentences. */
    json: { type: "boolean", default: false },
    /** With --seed: print the hash alone. */
    quiet: { type: "boolean", default: false },
  },
});

const commit = currentCommit();
if (values.sha !== undefined && values.sha !== commit) {
  process.stderr.write(
    `this is commit ${commit}, the seed is of ${values.sha}: it may do something else here\n`,
  );
}
// Before the engine is loaded, which the imports below do.
const planted = values.mutant === undefined ? null : (await import("./plant.ts")).plant(values.mutant);
const { simulate } = await import("./simulate.ts");
const { Folders } = await import("./database.ts");
const { findMutant } = await import("./mutants.ts");
const { Records } = await import("./records.ts");
planted?.assertApplied();
const found = values.mutant === undefined ? undefined : findMutant(values.mutant);
const mutant = found !== undefined && "store" in found ? found.store : undefined;
const folders = new Folders();
try {
  process.exitCode = values.seed === undefined ? await many() : await one(Number(values.seed));
} finally {
  folders.remove();
}

async function one(seed: number): Promise<number> {
  const print = values.quiet ? undefined : (line: string): void => void process.stdout.write(`${line}\n`);
  const result = await simulate({ seed, folders, acts: Number(values.acts), mutant, print });
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${sentence(result)}\n`);
  return result.violation === null ? 0 : 1;
}

async function many(): Promise<number> {
  const total = {
    seeds: 0,
    events: 0,
    commits: 0,
    crashes: 0,
    ...new Records().ways,
    virtualMs: 0,
    violations: 0,
  };
  const startedAt = performance.now();
  let first: RunResult | null = null;
  const from = Number(values.from);
  for (let seed = from; seed < from + Number(values.seeds); seed++) {
    const result = await simulate({ seed, folders, acts: Number(values.acts), mutant });
    total.seeds += 1;
    total.events += result.events;
    total.commits += result.commits;
    total.crashes += result.crashes;
    for (const way of Object.keys(result.ways) as (keyof Ways)[]) total[way] += result.ways[way];
    total.virtualMs += result.virtualMs;
    if (result.violation === null) continue;
    total.violations += 1;
    first ??= result;
    if (!values.json) process.stdout.write(`${sentence(result)}\n`);
    if (found !== undefined) break;
  }
  const tookMs = Math.round(performance.now() - startedAt);
  const summary = { ...total, tookMs, commit, mutant: values.mutant ?? null, first };
  process.stdout.write(values.json ? `${JSON.stringify(summary)}\n` : `${totals(total, tookMs)}\n`);
  return total.violations === 0 ? 0 : 1;
}

function sentence({ seed, events, hash, violation }: RunResult): string {
  if (violation === null) return `seed ${seed}: ${events} events, nothing broken, ${hash}`;
  const bug = values.mutant === undefined ? "" : ` --mutant ${values.mutant}`;
  const acts = values.acts === "60" ? "" : ` --acts ${values.acts}`;
  return [
    `seed ${seed}: ${violation.invariant} is broken: ${violation.detail}`,
    `  again: npm run simulate -- --seed ${seed} --sha ${commit}${acts}${bug}`,
  ].join("\n");
}

function totals(
  total: Ways & {
    seeds: number;
    events: number;
    commits: number;
    crashes: number;
    virtualMs: number;
    violations: number;
  },
  tookMs: number,
): string {
  const hours = Math.round(total.virtualMs / 3_600_000);
  return [
    `${total.seeds} seeds, ${total.events} events, ${total.commits} commits, ${total.crashes} crashes`,
    `${total.slotsAwaited} waits for a slot, ${total.congestions} refusals of a congestion, ${total.lookups} look-ups`,
    `challenges approved by ${total.approvedByApp} apps and ${total.approvedByText} texts, ${total.wrongUses} wrong codes at them, ${total.locks} locks`,
    `${hours} virtual hours in ${Math.round(tookMs / 1_000)} s: ${total.violations} violations`,
  ].join(", ");
}

function currentCommit(): string {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8", stdio: "pipe" }).trim();
  } catch {
    return "unknown";
  }
}
