// npm run prove -- <part> [options]: the long versions of what npm test proves in short. Each appends what it did to
// docs/reliability-ledger.jsonl.
import process from "node:process";
import { proveKill } from "./kill.ts";
import { provePostgres } from "./postgres.ts";
import { proveBySimulation } from "./simulate.ts";

interface Part {
  readonly what: string;
  /** Resolves to the exit code. */
  readonly run: (args: string[]) => Promise<number>;
}

const parts: ReadonlyMap<string, Part> = new Map([
  [
    "kill",
    {
      what: "kill -9 under load: [kills], 100 by default",
      run: async ([kills = "100"]: string[]) => ((await proveKill(Number(kills))) ? 0 : 1),
    },
  ],
  [
    "postgres",
    {
      what: "commits cut and the database killed: [cuts] [kills], 1000 and 50 by default",
      run: async ([cuts = "1000", kills = "50"]: string[]) =>
        (await provePostgres(Number(cuts), Number(kills))) ? 0 : 1,
    },
  ],
  ["simulate", { what: "the simulator over many seeds: [--seeds n] [--from n]", run: proveBySimulation }],
]);

const [name = "", ...args] = process.argv.slice(2);
const part = parts.get(name);
if (part === undefined) {
  console.error("Usage: npm run prove -- <part> [options]\n");
  for (const [each, { what }] of parts) console.error(`  ${each.padEnd(10)} ${what}`);
  process.exitCode = 2;
} else {
  process.exitCode = await part.run(args);
}
