import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { cores, onCore } from "../cores.ts";
import { sampleOf } from "../statistics.ts";
import { ownRoot } from "../subject.ts";
import { type Bench, ms, type Section } from "./case.ts";

const readyMaxMs = 30_000;

/** From spawning the process to the first request that it answers, of the package as npm would install it and of a clone. */
export async function ready(bench: Bench): Promise<Section> {
  bench.progress("ready: building the package");
  const starts = [
    { what: "the package", root: buildPackage(), empty: [] as number[], existing: [] as number[] },
    { what: "a clone", root: ownRoot, empty: [] as number[], existing: [] as number[] },
  ];
  for (let round = 0; round <= bench.rounds; round++) {
    bench.progress(`ready: round ${round} of ${bench.rounds}`);
    for (const { root, empty, existing } of starts) {
      const folder = mkdtempSync(join(bench.folder, "ready-"));
      const [first, again] = [await serveOnce(root, folder), await serveOnce(root, folder)];
      // The one before the first leaves its compiled code behind, as the first start after an installation does.
      if (round === 0) continue;
      empty.push(first);
      existing.push(again);
    }
  }
  const samples = starts.map(({ what, empty, existing }) => ({
    what,
    empty: sampleOf(empty),
    existing: sampleOf(existing),
  }));
  const row = (name: string, of: ReturnType<typeof sampleOf>): string[] => [
    name,
    ms(of.median),
    `${ms(of.min)} to ${ms(of.max)}`,
  ];
  return {
    name: "ready",
    title: `From spawning to ready, median of ${bench.rounds}`,
    columns: ["start", "time", "min to max"],
    rows: samples.flatMap(({ what, empty, existing }) => [
      row(`${what}, on an empty folder`, empty),
      row(`${what}, on a folder that exists`, existing),
    ]),
    notes: ["bin/countersign.js serve, until /health/ready answers 200, on the core of the server alone."],
    goals: samples.map(({ what, existing }) => ({
      what: `from spawning to ready, ${what}`,
      measured: existing.median,
      unit: "ms",
      target: 500,
      better: "lower",
      gate: null,
    })),
    plots: [],
    data: samples,
  };
}

/** Its folder, beside the clone's packages, which it finds there. */
function buildPackage(): string {
  const built = spawnSync(process.execPath, [join(ownRoot, "tools", "stage.mjs"), "--checked"], {
    encoding: "utf8",
  });
  if (built.status !== 0) throw new Error(`the package cannot be built: ${built.stderr}`);
  return join(ownRoot, ".stage");
}

async function serveOnce(root: string, folder: string): Promise<number> {
  const port = await freePort();
  const [command, args] = onCore(cores.server, [
    process.execPath,
    join(root, "bin", "countersign.js"),
    "serve",
  ]);
  const beganAt = performance.now();
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...process.env, PORT: String(port), HOST: "127.0.0.1", COUNTERSIGN_DATA: join(folder, "data") },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  try {
    while (!(await isReady(port))) {
      if (child.exitCode !== null) throw new Error(`serve ended with ${child.exitCode}: ${said}`);
      if (performance.now() - beganAt > readyMaxMs) throw new Error("serve did not become ready");
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    return performance.now() - beganAt;
  } finally {
    child.kill("SIGTERM");
    await exited;
  }
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/health/ready`)).ok;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
