import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** How a process is started with a slower disk; null where that cannot be built here. */
export interface SlowSync {
  environment(addedUs: number): Readonly<Record<string, string>>;
}

/** Builds the preload that slows fsync down; null without gcc or outside Linux. */
export function buildSlowSync(folder: string): SlowSync | null {
  if (process.platform !== "linux") return null;
  const library = join(folder, "slow-sync.so");
  const source = join(import.meta.dirname, "slow-sync.c");
  const built = spawnSync("gcc", ["-O2", "-shared", "-fPIC", "-o", library, source, "-ldl"]);
  if (built.status !== 0) return null;
  return { environment: (addedUs) => ({ LD_PRELOAD: library, SLOW_SYNC_US: String(addedUs) }) };
}
