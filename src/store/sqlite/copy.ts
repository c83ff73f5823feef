import { renameSync, rmSync } from "node:fs";
import { backup, DatabaseSync } from "node:sqlite";
import { createPrivateFile } from "./database.ts";
import { toStorageFault } from "./faults.ts";

/** All pages in one step, which reads one snapshot: with pauses, each update in between would start the copy again. */
const allPages = 0x7fff_ffff;

/**
 * Copies on another thread and a connection of its own: one step on ours would fail as soon as an update has a
 * transaction open. The copy has another name until it is complete, so that a crash leaves no half of one.
 */
export async function copyTo(from: string, to: string): Promise<void> {
  const partial = `${to}.partial`;
  let source: DatabaseSync | null = null;
  try {
    source = new DatabaseSync(from, { readOnly: true });
    rmSync(partial, { force: true });
    createPrivateFile(partial);
    await backup(source, partial, { rate: allPages });
    renameSync(partial, to);
  } catch (cause) {
    rmSync(partial, { force: true });
    throw toStorageFault(cause, `the backup to ${to} failed`);
  } finally {
    source?.close();
  }
}
