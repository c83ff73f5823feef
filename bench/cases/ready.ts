import { spawn } from "node:child_process";
import { existsSync, mkdtempSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { cores, onCore } from "../cores.ts";
import { sampleOf } from "../statistics.ts";
import { ownRoot, startSubject } from "../subject.ts";
import { type Bench, ms, type Section } from "./case.ts";

const readyMaxMs = 30_000;

/** From spawning the process to the first request that it answers, on an empty folder and on one that exists. */
export async function ready(bench: Bench): Promise<Section> {
  const served = existsSync(join(ownRoot, "src", "cli", "main.ts"));
  const first: number[] = [];
  const again: number[] = [];
  for (let round = 1; round <= bench.rounds; round++) {
    bench.progress(`ready: round ${round} of ${bench.rounds}`);
    const folder = mkdtempSync(join(bench.folder, "ready-"));
    const once = served ? serveOnce : benchOnce;
    first.push(await once(folder));
    again.push(await once(folder));
  }
  const [empty, existing] = [sampleOf(first), sampleOf(again)];
  const row = (name: string, of: typeof empty): string[] => [
    name,
    ms(of.median),
    `${ms(of.min)} to ${ms(of.max)}`,
  ];
  return {
    name: "ready",
    title: `From spawning to ready, median of ${bench.rounds}`,
    columns: ["start", "time", "min to max"],
    rows: [row("on an empty folder", empty), row("on a folder that exists", existing)],
    notes: [
      served
        ? "bin/countersign.js serve, until /health/ready answers 200."
        : "Without the command line: bench/server.ts, until it listens.",
    ],
    goals: [
      {
        what: "from spawning to ready",
        measured: existing.median,
        unit: "ms",
        target: 500,
        better: "lower",
        gate: null,
      },
    ],
    plots: [],
    data: { served, empty, existing },
  };
}

async function benchOnce(folder: string): Promise<number> {
  const beganAt = performance.now();
  const subject = await startSubject({ server: { mode: "countersign", folder } });
  const tookMs = performance.now() - beganAt;
  await subject.stop();
  return tookMs;
}

async function serveOnce(folder: string): Promise<number> {
  const port = await freePort();
  const [command, args] = onCore(cores.server, [
    process.execPath,
    join(ownRoot, "bin", "countersign.js"),
    "serve",
  ]);
  const beganAt = performance.now();
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...process.env, PORT: String(port), HOST: "127.0.0.1", COUNTERSIGN_DATA: join(folder, "data") },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  try {
    while (!(await isReady(port))) {
      if (child.exitCode !== null) throw new Error(`serve ended with ${child.exitCode}`);
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
