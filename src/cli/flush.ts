import { closeSync, fsyncSync, openSync } from "node:fs";

/** On the disk, not only on its way there: a file's contents, or the names in a folder. */
export function flush(path: string): void {
  const opened = openSync(path, "r");
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}
