// npm run bench [-- --quick] [--only throughput,latency,...] [--store sqlite|postgres] [--rounds n] [--seconds n] [--warm n]
//   [--rows n] [--connections n] [--against folder] [--json file] [--write-docs]
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { accounts } from "./cases/accounts.ts";
import type { Bench, Section, StoreName } from "./cases/case.ts";
import { cells } from "./cases/cells.ts";
import { deliveries } from "./cases/deliveries.ts";
import { disks } from "./cases/disks.ts";
import { facades } from "./cases/facades.ts";
import { latency } from "./cases/latency.ts";
import { memory } from "./cases/memory.ts";
import { nodes } from "./cases/nodes.ts";
import { ready } from "./cases/ready.ts";
import { rows } from "./cases/rows.ts";
import { throughput } from "./cases/throughput.ts";
import { cores, pinLoad } from "./cores.ts";
import { type Database, startDatabase } from "./database.ts";
import { machine } from "./machine.ts";
import { printGoals, printSection } from "./report.ts";
import { buildSlowSync } from "./slow-sync.ts";
import { writeDocs } from "./write-docs.ts";

const parts: Readonly<Record<string, (bench: Bench) => Promise<Section | Section[]>>> = {
  throughput,
  latency,
  facades,
  disks,
  nodes,
  cells,
  memory,
  rows,
  ready,
  deliveries,
  accounts,
};

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", default: Object.keys(parts).join(",") },
    store: { type: "string", default: "sqlite,postgres" },
    rounds: { type: "string" },
    seconds: { type: "string" },
    warm: { type: "string" },
    connections: { type: "string", default: "64" },
    /** Verifications in the fuller store; 5000000 is what the documentation speaks of. */
    rows: { type: "string" },
    /** Another checkout, with a bench folder like this one, to measure beside this one in the same rounds. */
    against: { type: "string" },
    json: { type: "string" },
    /** Puts the tables and plots of this run into docs/performance.md. */
    "write-docs": { type: "boolean", default: false },
  },
});

const wanted = values.only.split(",");
const stores = values.store.split(",") as StoreName[];
refuseUnknown("part", wanted, Object.keys(parts));
refuseUnknown("store", stores, ["sqlite", "postgres"]);
if (values.quick && values["write-docs"])
  stop("the numbers of --quick mean nothing: leave it out, or --write-docs");

const folder = mkdtempSync(join(tmpdir(), "countersign-bench-"));
let database: Promise<Database> | null = null;
const bench: Bench = {
  folder,
  rounds: Number(values.rounds ?? (values.quick ? 1 : 5)),
  seconds: Number(values.seconds ?? (values.quick ? 0.4 : 4)),
  warmSeconds: Number(values.warm ?? (values.quick ? 0.4 : 10)),
  connections: Number(values.connections),
  quick: values.quick,
  stores,
  rowsMax: Number(values.rows ?? (values.quick ? 5_000 : 1_000_000)),
  slowSync: buildSlowSync(folder),
  against: values.against === undefined ? null : resolve(values.against),
  database: () => {
    database ??= startDatabase(cores.server);
    return database;
  },
  progress: (text) => console.error(text),
};

pinLoad();
let good = false;
try {
  good = await run();
} finally {
  await (await (database as Promise<Database> | null))?.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(good ? 0 : 1);

async function run(): Promise<boolean> {
  const about = machine(bench, process.argv.slice(2));
  console.log(
    Object.entries(about)
      .map(([name, value]) => `${name}: ${value}`)
      .join("\n"),
  );
  const sections: Section[] = [];
  const failed: string[] = [];
  for (const part of wanted) {
    // What one part cannot measure must not cost the numbers of the others; the run fails all the same.
    try {
      const measured = (await parts[part]?.(bench)) ?? [];
      for (const section of [measured].flat()) {
        sections.push(section);
        printSection(section);
      }
    } catch (cause) {
      failed.push(part);
      console.error(`${part} FAILED:`, cause);
    }
  }
  const passed = printGoals(sections);
  const result = { about, failed, sections };
  const path = values.json ?? join(tmpdir(), "countersign-bench.json");
  writeFileSync(path, `${JSON.stringify(result, null, 2)}\n`);
  console.log(`\nWritten to ${path}`);
  if (values["write-docs"]) console.log(`Written to ${writeDocs(result).join(", ")}`);
  return passed && failed.length === 0;
}

function refuseUnknown(what: string, given: readonly string[], known: readonly string[]): void {
  const unknown = given.filter((name) => !known.includes(name));
  if (unknown.length > 0) stop(`no ${what} is called ${unknown.join(", ")}; there are: ${known.join(", ")}`);
}

function stop(reason: string): never {
  console.error(reason);
  process.exit(1);
}
