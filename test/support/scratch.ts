import { accessSync, constants, statfsSync } from "node:fs";
import { tmpdir } from "node:os";

const memory = "/dev/shm";
const bytesMin = 4 * 1024 ** 3;

/**
 * Where tests keep their folders: in memory where that is large enough, since thousands of flushes to a disk that others
 * use too would make most of a run. What a power cut leaves is proved on the log itself (test/store/sqlite-power-loss).
 */
export function scratchFolder(): string {
  try {
    accessSync(memory, constants.W_OK);
    const { bavail, bsize } = statfsSync(memory);
    return bavail * bsize >= bytesMin ? memory : tmpdir();
  } catch {
    return tmpdir();
  }
}
