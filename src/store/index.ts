/** The store: a port, and the embedded implementation. */
export { DataFolderInUse, DataUnreadable, StorageOverloaded, StorageUnavailable } from "./errors.ts";
export {
  type Due,
  deliveryId,
  type IdempotencyRecord,
  type Key,
  key,
  type PurgeCounts,
  type Rows,
  type Store,
  type TableName,
  type Tables,
  tableOrder,
  type UpdateDecision,
  type VerificationQuery,
  type Write,
} from "./port.ts";
export { openSqliteStore, type SqliteStoreOptions } from "./sqlite/store.ts";
