/** The data cannot be read or written now. Nothing was acknowledged. */
export class StorageUnavailable extends Error {
  readonly code = "storage_unavailable";
  readonly retryable = true;
  override readonly name: string = "StorageUnavailable";
}

/** What every call after `close` is refused with. */
export function storeClosed(): StorageUnavailable {
  return new StorageUnavailable("the store is closed");
}

/** More work is waiting than can be done soon: refused before anything happened. */
export class StorageOverloaded extends StorageUnavailable {
  override readonly name: string = "StorageOverloaded";
}

/** Another process holds the data folder. */
export class DataFolderInUse extends Error {
  readonly code = "data_folder_in_use";
  override readonly name = "DataFolderInUse";
}

/** The data was written by a newer version, or is damaged: refuse to touch it. */
export class DataUnreadable extends Error {
  readonly code = "data_unreadable";
  override readonly name = "DataUnreadable";
}

/** Nobody may work on this data: it was moved elsewhere, or its move to here is not finished. */
export class DataMoved extends Error {
  readonly code = "data_moved";
  override readonly name = "DataMoved";
}
