import { systemClock } from "../../clock/index.ts";
import { type MigrationReport, readMigrations, type SchemaStanding, standingOf } from "../migrations.ts";
import { type Connections, openConnections } from "./connections.ts";
import { migrate, ownMigrations, readSchema } from "./migrate.ts";

/** One for the lock, one for steps outside a transaction. */
const connectionsMax = 2;

function openForOperator(url: string): Promise<Connections> {
  return openConnections({ url, node: "operator", connectionsMax, waits: systemClock() });
}

/** @throws StorageUnavailable */
export async function schemaStanding(url: string, folder: string = ownMigrations): Promise<SchemaStanding> {
  const connections = await openForOperator(url);
  try {
    return standingOf(await readSchema(connections), readMigrations(folder));
  } finally {
    await connections.end();
  }
}

/** @throws DataUnreadable, StorageUnavailable */
export async function migrateDatabase(
  url: string,
  folder: string = ownMigrations,
  onStep: (name: string) => void = () => undefined,
): Promise<MigrationReport> {
  const connections = await openForOperator(url);
  try {
    return await migrate(connections, { folder, onStep });
  } finally {
    await connections.end();
  }
}
