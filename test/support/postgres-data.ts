import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { scratchFolder } from "./scratch.ts";

const variable = "PREPARED_POSTGRES";
const run = promisify(execFile);

/** A folder for the whole run, in which the first test file that needs PostgreSQL leaves what the others copy. */
export function setup(): () => void {
  const folder = mkdtempSync(join(scratchFolder(), "countersign-prepared-"));
  // The server's own user must get through it.
  chmodSync(folder, 0o755);
  process.env[variable] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}

/**
 * Copies a data folder that was made once for the run: to make one takes longer than many tests do. False
 * where there is none to copy, since there is no run or another file is just making it: then the caller makes its own.
 */
export async function copyPrepared(to: string, make: (data: string) => Promise<void>): Promise<boolean> {
  const folder = process.env[variable];
  if (folder === undefined) return false;
  const prepared = join(folder, "prepared");
  if (!existsSync(prepared)) {
    const making = join(folder, "making");
    try {
      mkdirSync(making);
    } catch {
      return false;
    }
    await make(join(making, "data"));
    renameSync(join(making, "data"), prepared);
  }
  // Not node:fs: the files keep their owner, who is not the one that runs the tests.
  await run("cp", ["-a", prepared, to]);
  return true;
}
