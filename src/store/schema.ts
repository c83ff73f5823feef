import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Clock } from "../clock/index.ts";
import type { Examination } from "./finding.ts";
import { type MigrationReport, readMigrations, type SchemaStanding, standingOf } from "./migrations.ts";
import { migrate, openDatabase, ownMigrations, readSchema } from "./sqlite/database.ts";
import { examineFolder } from "./sqlite/examine.ts";
import { toOpenFault } from "./sqlite/faults.ts";
import { databaseName, takeFolder } from "./sqlite/store.ts";

/** Which data: a PostgreSQL database where an address is given, else the embedded one of a folder. */
export interface DataPlace {
  readonly databaseUrl: string | null;
  readonly folder: string;
  readonly clock: Clock;
  /** How long to wait for another process to let go of the folder. */
  readonly lockWaitMs: number;
  /** For tests: the migrations of another version. */
  readonly migrationsFolder?: string;
}

/**
 * How the schema stands to this version, without changing anything and without asking a running server to stop.
 * @throws DataUnreadable, StorageUnavailable
 */
export async function schemaStanding(place: DataPlace): Promise<SchemaStanding> {
  if (place.databaseUrl !== null) {
    const postgres = await import("./postgres/schema.ts");
    return await postgres.schemaStanding(place.databaseUrl, place.migrationsFolder);
  }
  const migrations = readMigrations(place.migrationsFolder ?? ownMigrations);
  const path = join(place.folder, databaseName);
  if (!existsSync(path)) return standingOf({ version: 0, worksFrom: 0 }, migrations);
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(path, { readOnly: true });
    return standingOf(readSchema(database), migrations);
  } catch (cause) {
    throw toOpenFault(cause, path);
  } finally {
    database?.close();
  }
}

/**
 * Brings the schema up to date without starting a server. On a folder it needs to be alone; on PostgreSQL nodes go on.
 * @throws DataFolderInUse, DataUnreadable, StorageUnavailable
 */
export async function migrateData(
  place: DataPlace,
  onStep: (name: string) => void = () => undefined,
): Promise<MigrationReport> {
  if (place.databaseUrl !== null) {
    const postgres = await import("./postgres/schema.ts");
    return await postgres.migrateDatabase(place.databaseUrl, place.migrationsFolder, onStep);
  }
  const lock = await takeFolder(place);
  try {
    const folder = place.migrationsFolder ?? ownMigrations;
    const path = join(place.folder, databaseName);
    const reports: MigrationReport[] = [];
    openDatabase(path, folder, (opened) => void reports.push(migrate(opened, folder, onStep))).close();
    return reports[0] as MigrationReport;
  } finally {
    lock.release();
  }
}

/** Looks at the data and at where it lies; changes nothing. */
export async function examineData(place: DataPlace, isThorough: boolean): Promise<Examination> {
  if (place.databaseUrl === null) return examineFolder(place.folder, isThorough);
  const postgres = await import("./postgres/examine.ts");
  return await postgres.examineDatabase(place.databaseUrl, place.clock);
}
