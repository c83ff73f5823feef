import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** `kill -9` of a server that was started on this folder, with all that it started; resolves when they are gone. */
export async function killServer(data: string): Promise<void> {
  const processes = processesOf(data);
  for (const pid of processes) signal(pid, "SIGKILL");
  await gone(processes);
}

export function processesOf(data: string): readonly number[] {
  const postmaster = Number(readFileSync(join(data, "postmaster.pid"), "utf8").split("\n")[0]);
  return [postmaster, ...childrenOf(postmaster)];
}

/** One that ended between the look and the signal is as good as killed. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ESRCH") throw cause;
  }
}

function childrenOf(pid: number): number[] {
  const listed = execFileSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
  const pairs = listed.map((line) => line.trim().split(/\s+/).map(Number));
  return pairs.filter(([, parent]) => parent === pid).map(([child]) => child ?? 0);
}

export async function gone(pids: readonly number[]): Promise<void> {
  for (let look = 0; look < 500; look++) {
    if (pids.every((pid) => !isRunning(pid))) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("the killed server is still there");
}

/** A zombie counts as gone: whoever started it has not looked yet. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
