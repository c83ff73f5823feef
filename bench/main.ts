// npm run bench [-- --quick] [--only throughput,latency,...] [--rounds n] [--seconds n] [--against folder] [--json file]
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import type { Bench, Section } from "./cases/case.ts";
import { latency } from "./cases/latency.ts";
import { memory } from "./cases/memory.ts";
import { ready } from "./cases/ready.ts";
import { rows } from "./cases/rows.ts";
import { throughput } from "./cases/throughput.ts";
import { printGoals, printSection } from "./report.ts";
import { buildSlowSync } from "./slow-sync.ts";
import { pinLoad, pinned } from "./subject.ts";

const parts = ["throughput", "latency", "memory", "rows", "ready"] as const;
type Part = (typeof parts)[number];

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", default: parts.join(",") },
    rounds: { type: "string" },
    seconds: { type: "string" },
    connections: { type: "string", default: "64" },
    /** Another checkout, with a bench folder like this one, to measure beside this one in the same rounds. */
    against: { type: "string" },
    json: { type: "string" },
  },
});

const wanted = values.only.split(",") as Part[];
const unknown = wanted.filter((name) => !parts.includes(name));
if (unknown.length > 0) {
  console.error(`no part is called ${unknown.join(", ")}; there are: ${parts.join(", ")}`);
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), "countersign-bench-"));
const bench: Bench = {
  folder,
  rounds: Number(values.rounds ?? (values.quick ? 1 : 5)),
  seconds: Number(values.seconds ?? (values.quick ? 0.4 : 4)),
  connections: Number(values.connections),
  quick: values.quick,
  slowSync: buildSlowSync(folder),
  against: values.against === undefined ? null : resolve(values.against),
  progress: (text) => console.error(text),
};

pinLoad();
let good = false;
try {
  good = await run(wanted);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(good ? 0 : 1);

async function run(asked: readonly Part[]): Promise<boolean> {
  const sections: Section[] = [];
  const add = (section: Section): void => {
    sections.push(section);
    printSection(section);
  };
  const about = machine();
  console.log(
    Object.entries(about)
      .map(([name, value]) => `${name}: ${value}`)
      .join("\n"),
  );
  const failed: string[] = [];
  /** What one part cannot measure must not cost the numbers of the others; the run fails all the same. */
  const attempt = async (part: Part, measure: () => Promise<Section>): Promise<void> => {
    try {
      add(await measure());
    } catch (cause) {
      failed.push(part);
      console.error(`${part} FAILED:`, cause);
    }
  };
  if (asked.includes("throughput") || asked.includes("latency")) {
    const full = await throughput(bench);
    add(full.section);
    if (asked.includes("latency")) await attempt("latency", () => latency(bench, full.groupPairsPerSecond));
  }
  const others = { memory, rows, ready };
  for (const part of ["memory", "rows", "ready"] as const) {
    if (asked.includes(part)) await attempt(part, () => others[part](bench));
  }
  const passed = printGoals(sections);
  const path = values.json ?? join(tmpdir(), "countersign-bench.json");
  writeFileSync(path, `${JSON.stringify({ about, failed, sections }, null, 2)}\n`);
  console.log(`\nWritten to ${path}`);
  return passed && failed.length === 0;
}

function machine(): Record<string, string> {
  const commit = (): string => {
    try {
      return execFileSync("git", ["describe", "--always", "--dirty"], {
        cwd: import.meta.dirname,
        encoding: "utf8",
      }).trim();
    } catch {
      return "unknown";
    }
  };
  return {
    date: new Date().toISOString(),
    commit: commit(),
    node: process.version,
    machine: `${cpus().length} x ${cpus()[0]?.model.trim() ?? "unknown"}`,
    cores: pinned
      ? "the server on one, the load on the other"
      : "NOT KEPT APART: taskset or a second core is missing",
    kind: values.quick ? "a quick smoke: its numbers mean nothing" : "a full run",
  };
}
