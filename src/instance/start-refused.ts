import { BreachedPasswordsUnusable } from "../authenticators/errors.ts";
import { SecretInvalid } from "../secrets/index.ts";
import { DataFolderInUse, DataMoved, DataUnreadable, StorageUnavailable } from "../store/errors.ts";

export type StartRefusedCode =
  | "data_folder_in_use"
  | "data_folder_unusable"
  | "data_moved"
  | "data_unreadable"
  | "database_unusable"
  | "secret_invalid"
  | "settings_invalid"
  | "address_in_use"
  | "address_unusable";

/** Why nothing was started: one sentence for the operator, with the remedy in it. */
export class StartRefused extends Error {
  readonly code: StartRefusedCode;
  override readonly name = "StartRefused";

  constructor(code: StartRefusedCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What went wrong while the data was opened, as a refusal where it is one; anything else comes back as it was. */
export function toStartRefused(cause: unknown, folder: string, isEmbedded = true): unknown {
  if (cause instanceof StartRefused) return cause;
  if (
    cause instanceof BreachedPasswordsUnusable ||
    cause instanceof DataFolderInUse ||
    cause instanceof DataMoved ||
    cause instanceof DataUnreadable ||
    cause instanceof SecretInvalid
  ) {
    return new StartRefused(cause.code, cause.message, { cause });
  }
  const reason =
    folderReasonOf(cause) ?? (isEmbedded ? folderReasonOf((cause as Error | null)?.cause) : undefined);
  if (reason !== undefined) {
    const message = `the data folder ${folder} cannot be used: ${reason}; choose another with COUNTERSIGN_DATA`;
    return new StartRefused("data_folder_unusable", message, { cause });
  }
  if (cause instanceof StorageUnavailable && !isEmbedded) {
    const message = `PostgreSQL cannot be used: ${cause.message}; check DATABASE_URL and the server it names`;
    return new StartRefused("database_unusable", message, { cause });
  }
  if (cause instanceof StorageUnavailable) {
    const message = `${folder} cannot be written: ${cause.message}; check its disk and its permissions`;
    return new StartRefused("data_folder_unusable", message, { cause });
  }
  return cause;
}

/** What the operating system says of the folder; undefined where it says nothing that we know. */
function folderReasonOf(cause: unknown): string | undefined {
  return folderReasons[(cause as NodeJS.ErrnoException | null | undefined)?.code ?? ""];
}

const folderReasons: Readonly<Record<string, string>> = {
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  EROFS: "the disk is read-only",
  ENOSPC: "the disk is full",
  ENOTDIR: "a part of the path is a file",
  EEXIST: "it is a file",
};
