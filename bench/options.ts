import process from "node:process";
import { parseArgs } from "node:util";

const usageOf = (parts: readonly string[]): string => `Usage: npm run bench [-- options]

Measures this checkout beside a bare Fastify route and its peers, in alternating rounds of one run.

  --only part,part   what to measure, everything by default: ${parts.join(", ")}
  --store name       sqlite, postgres, or both (sqlite,postgres), which is the default
  --rounds n         5 by default
  --seconds n        of a round; 4 by default
  --warm n           seconds of load before the first round; 10 by default
  --rows n           verifications in the fuller store of the part rows; 1000000 by default
  --connections n    64 by default
  --against folder   another checkout, measured in the same rounds
  --json file        where the numbers go
  --write-docs       puts the tables and plots of this run into docs/performance.md
  --quick            to see that it runs; its numbers mean nothing

npm run bench -- --only throughput --store sqlite --rounds 5 --seconds 2`;

/** What was asked for. Ends the process after --help, and where the options are wrong. */
export function readOptions(parts: readonly string[]) {
  const { values } = parsed(parts);
  if (values.help) {
    console.log(usageOf(parts));
    process.exit(0);
  }
  const wanted = values.only?.split(",") ?? parts;
  refuseUnknown("part", wanted, parts);
  refuseUnknown("store", values.store.split(","), ["sqlite", "postgres"]);
  for (const name of ["rounds", "seconds", "warm", "rows", "connections"] as const) {
    const given = values[name];
    if (given !== undefined && !(Number(given) > 0)) stop(`--${name} ${given}: give a number above 0`);
  }
  if (values.quick && values["write-docs"]) {
    stop("the numbers of --quick mean nothing: leave it out, or --write-docs");
  }
  return { ...values, wanted };
}

function parsed(parts: readonly string[]) {
  try {
    return parseArgs({
      options: {
        help: { type: "boolean", short: "h", default: false },
        quick: { type: "boolean", default: false },
        only: { type: "string" },
        store: { type: "string", default: "sqlite,postgres" },
        rounds: { type: "string" },
        seconds: { type: "string" },
        warm: { type: "string" },
        connections: { type: "string", default: "64" },
        rows: { type: "string" },
        against: { type: "string" },
        json: { type: "string" },
        "write-docs": { type: "boolean", default: false },
      },
    });
  } catch (cause) {
    return stop(`${(cause as Error).message}\n\n${usageOf(parts)}`);
  }
}

function refuseUnknown(what: string, given: readonly string[], known: readonly string[]): void {
  const unknown = given.filter((name) => !known.includes(name));
  if (unknown.length > 0) stop(`no ${what} is called ${unknown.join(", ")}; there are: ${known.join(", ")}`);
}

function stop(reason: string): never {
  console.error(reason);
  process.exit(2);
}
