/** The store: a port, the embedded implementation, and the one of many nodes. */
import type { PostgresStore, PostgresStoreOptions } from "./postgres/store.ts";

export {
  DataFolderInUse,
  DataMoved,
  DataUnreadable,
  StorageOverloaded,
  StorageUnavailable,
} from "./errors.ts";
export { everyRow } from "./every-row.ts";
export type { Finding } from "./finding.ts";
export { type MigrationReport, type SchemaStanding, worksFromName } from "./migrations.ts";
export { markIn, readMark, refuseMoved } from "./move/mark.ts";
export { type MovedTable, type MoveResult, moveData, undoMove } from "./move/move.ts";
export {
  type Due,
  type DueEvent,
  deliveryId,
  type EndpointChanges,
  type EventQuery,
  type IdempotencyRecord,
  type Key,
  keptUntil,
  key,
  type MessageQuery,
  type PurgeBefore,
  type PurgeCounts,
  type Rows,
  rowBefore,
  rowId,
  type Store,
  type SubscriberQuery,
  scanKey,
  type TableName,
  type Tables,
  tableOrder,
  type UpdateDecision,
  type VerificationQuery,
  type Write,
} from "./port.ts";
export { databaseUrlProblem } from "./postgres/hosts.ts";
export type { PostgresStore, PostgresStoreOptions } from "./postgres/store.ts";
export { listCodec } from "./rows/places.ts";
export { type DataPlace, examineData, migrateData, schemaStanding } from "./schema.ts";
export { openSqliteStore, type SqliteStoreOptions } from "./sqlite/store.ts";

/**
 * Opens the store of many nodes. Its driver is loaded here: whoever uses the embedded store does not pay for it.
 * @throws StorageUnavailable, DataUnreadable
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<PostgresStore> {
  const postgres = await import("./postgres/store.ts");
  return await postgres.openPostgresStore(options);
}
