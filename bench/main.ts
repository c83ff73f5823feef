// npm run bench -- --help
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
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
import { readOptions } from "./options.ts";
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

const values = readOptions(Object.keys(parts));
const stores = values.store.split(",") as StoreName[];

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
  for (const part of values.wanted) {
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
