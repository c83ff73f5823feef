import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import process from "node:process";

/** Which core carries what. The third and the fourth are used only where the part about nodes finds them. */
export const cores = { server: 0, load: 1, database: 2, secondServer: 3 } as const;

// Asked before this process pins itself: afterwards it sees one core.
const count = availableParallelism();

/** Where the processes can be kept apart: the server gets one core, whoever loads it another. */
export const pinned: boolean =
  process.platform === "linux" && spawnSync("taskset", ["--version"]).status === 0 && count > 1;

/** Two nodes, the database and the load on a core each: only then does their number say how the server scales. */
export const fitsNodes: boolean = pinned && count >= 4;

/** Moves this process, all its threads, to the core of the load. */
export function pinLoad(): void {
  pin(process.pid, cores.load);
}

export function pin(pid: number, core: number): void {
  if (pinned) spawnSync("taskset", ["-acp", String(core), String(pid)]);
}

/** The command line that runs on a core. */
export function onCore(core: number, command: readonly string[]): [string, string[]] {
  const [first = "", ...rest] = pinned ? ["taskset", "-c", String(core), ...command] : command;
  return [first, rest];
}
