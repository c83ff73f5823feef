import { DataUnreadable, StorageUnavailable } from "../errors.ts";

/** Primary result codes of SQLite that call for different words (https://sqlite.org/rescode.html). */
const resultCodes = {
  error: 1,
  readOnly: 8,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
} as const;

const restoreRemedy = "stop Countersign, keep a copy of the data folder, and restore the last backup";

export function isSqliteError(cause: unknown): cause is Error & { readonly errcode: number } {
  return cause instanceof Error && "code" in cause && cause.code === "ERR_SQLITE_ERROR";
}

function primaryCode(cause: unknown): number | null {
  // Extended codes carry the primary one in their low byte.
  return isSqliteError(cause) ? cause.errcode & 0xff : null;
}

/** What an operator has to hear about a failed read or write of an open database. */
export function toStorageFault(cause: unknown, failed: string): StorageUnavailable {
  if (cause instanceof StorageUnavailable) return cause;
  return new StorageUnavailable(`${failed}: ${describe(cause)}`, { cause });
}

/** The disk did not take what was written. */
export function toSyncFault(cause: unknown): StorageUnavailable {
  return new StorageUnavailable(
    `the disk failed to keep what was written (${String(cause)}): check the disk, then restart Countersign`,
    { cause },
  );
}

/** A file that is no intact database of ours is told apart from one that cannot be reached now. */
export function toOpenFault(cause: unknown, path: string): DataUnreadable | StorageUnavailable {
  if (cause instanceof DataUnreadable) return cause;
  const code = primaryCode(cause);
  if (code === resultCodes.corrupt || code === resultCodes.notADatabase) {
    return new DataUnreadable(`${path} is damaged (${String(cause)}): ${restoreRemedy}`, { cause });
  }
  return new StorageUnavailable(`${path} cannot be opened: ${describe(cause)}`, { cause });
}

/** Statements that an up-to-date schema refuses: a table or column is not what the migrations made. */
export function toSchemaFault(cause: unknown, path: string): unknown {
  if (primaryCode(cause) !== resultCodes.error)
    return isSqliteError(cause) ? toOpenFault(cause, path) : cause;
  return new DataUnreadable(`the schema of ${path} is damaged (${String(cause)}): ${restoreRemedy}`, {
    cause,
  });
}

function describe(cause: unknown): string {
  switch (primaryCode(cause)) {
    case resultCodes.corrupt:
    case resultCodes.notADatabase:
      return `the database is damaged: ${restoreRemedy}`;
    case resultCodes.full:
      return "the disk is full: free some space, nothing needs to be restarted";
    case resultCodes.readOnly:
    case resultCodes.cannotOpen:
      return "the data folder cannot be written: give the user that runs Countersign the right to write there";
    default:
      return String(cause);
  }
}
