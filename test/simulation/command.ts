import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";

/** What `--json` prints. */
export interface Summary {
  readonly seeds: number;
  readonly events: number;
  readonly commits: number;
  readonly crashes: number;
  readonly slotsAwaited: number;
  readonly congestions: number;
  readonly lookups: number;
  readonly approvedByApp: number;
  readonly approvedByText: number;
  readonly wrongUses: number;
  readonly locks: number;
  readonly virtualMs: number;
  readonly violations: number;
  readonly tookMs: number;
  readonly commit: string;
  readonly first: { readonly seed: number; readonly violation: { readonly invariant: string } } | null;
}

export interface Finished {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const main = join(import.meta.dirname, "main.ts");

/** Runs the simulator's own command in a process of its own. */
export function runSimulator(args: readonly string[]): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

/** As above, with `--json`, read. */
export async function summarize(args: readonly string[]): Promise<Summary> {
  const { stdout, stderr } = await runSimulator([...args, "--json"]);
  const line = stdout.trim().split("\n").at(-1) ?? "";
  if (!line.startsWith("{")) throw new Error(`the simulator said no JSON: ${stdout}${stderr}`);
  return JSON.parse(line) as Summary;
}
