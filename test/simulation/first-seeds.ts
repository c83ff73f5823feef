/*
 * Where each planted bug was found last: most of what a search takes is the seeds before that. A hint and no more, since
 * every change of the engine or of the simulator moves them: the tests search on where one does not hold any more.
 *   node test/simulation/first-seeds.ts       searches for all of them and writes the hints anew
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { type Summary, summarize } from "./command.ts";
import { mutants } from "./mutants.ts";

/** Within so many seeds a planted bug must be found (R-02). */
const seedsMax = 5_000;
const path = join(import.meta.dirname, "first-seeds.json");

/** Looks at the seed where it was found last, and from the first one on where it is not found there. */
export async function findPlanted(name: string): Promise<Summary> {
  const { [name]: seed } = JSON.parse(readFileSync(path, "utf8")) as Record<string, number>;
  if (seed !== undefined && seed <= seedsMax) {
    const there = await summarize(["--mutant", name, "--from", String(seed), "--seeds", "1"]);
    if (there.violations === 1) return there;
  }
  return await search(name);
}

function search(name: string): Promise<Summary> {
  return summarize(["--mutant", name, "--seeds", String(seedsMax)]);
}

if (process.argv[1] === import.meta.filename) {
  const seeds: Record<string, number> = {};
  for (const { name } of mutants) {
    const { first, seeds: looked } = await search(name);
    process.stdout.write(`${name}: ${first === null ? `not found in ${looked}` : `seed ${first.seed}`}\n`);
    if (first !== null) seeds[name] = first.seed;
  }
  writeFileSync(path, `${JSON.stringify(seeds, null, 2)}\n`);
}
