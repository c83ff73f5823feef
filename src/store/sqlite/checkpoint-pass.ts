import type { DatabaseSync } from "node:sqlite";

/** What a checkpoint came to, in frames: a frame is one page in the log. */
export interface Pass {
  readonly log: number;
  /** Of them are in the database now. All of them: the next commit begins the log anew. */
  readonly checkpointed: number;
}

/**
 * One pass over the log through that connection, beside readers and writers of others; null when it failed or another one
 * runs, which loses nothing: what is not in the database is still in the log.
 */
export function passOn(database: DatabaseSync): () => Pass | null {
  const checkpoint = database.prepare("pragma wal_checkpoint(passive)");
  return () => {
    try {
      const { busy, log, checkpointed } = checkpoint.get() as unknown as Pass & { busy: number };
      return busy === 0 ? { log, checkpointed } : null;
    } catch {
      return null;
    }
  };
}
