// npm run prove -- <part> [options]: the long versions of what npm test proves in short. Each appends what it did to
// docs/reliability-ledger.jsonl.
import process from "node:process";
import { proveCodes } from "./codes.ts";
import { proveFailover } from "./failover.ts";
import { proveKill } from "./kill.ts";
import { proveMoves } from "./moves.ts";
import { provePostgres } from "./postgres.ts";
import { proveRotation } from "./rotation.ts";
import { proveSecretRotation } from "./secrets.ts";
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
      what: "commits cut, the database killed, nodes killed and paused: [cuts] [kills] [rounds], 1000, 50 and 24 by default",
      run: async ([cuts = "1000", kills = "50", rounds = "24"]: string[]) =>
        (await provePostgres(Number(cuts), Number(kills), Number(rounds))) ? 0 : 1,
    },
  ],
  [
    "failover",
    {
      what: "the primary killed under load, its standby promoted: [failovers], 30 by default",
      run: async ([failovers = "30"]: string[]) => ((await proveFailover(Number(failovers))) ? 0 : 1),
    },
  ],
  [
    "codes",
    {
      what: "one code given to 200 challenges at once, over HTTP: [rounds], 100 by default",
      run: async ([rounds = "100"]: string[]) => ((await proveCodes(Number(rounds))) ? 0 : 1),
    },
  ],
  [
    "secrets",
    {
      what: "kill -9 while everything sealed is brought to another master secret, on both stores: [kills], 20 by default each",
      run: async ([kills = "20"]: string[]) => ((await proveSecretRotation(Number(kills))) ? 0 : 1),
    },
  ],
  [
    "moves",
    {
      what: "kill -9 before and after writes of a move to PostgreSQL and of taking it back; some twice: [every] [pairs], each write and 25 pairs a case by default",
      run: async ([every = "1", pairs = "25"]: string[]) =>
        (await proveMoves(Number(every), Number(pairs))) ? 0 : 1,
    },
  ],
  [
    "rotation",
    {
      what: "rotations of secrets, and starts without the former one, cut at their commits, on both stores: [every], each by default",
      run: async ([every = "1"]: string[]) => ((await proveRotation(Number(every))) ? 0 : 1),
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
