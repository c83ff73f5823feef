import { type MigrationReport, readMigrations, type SchemaStanding, standingOf } from "../migrations.ts";
import { openPool } from "./database.ts";
import { migrate, ownMigrations, readSchema } from "./migrate.ts";

/** One for the lock, one for steps outside a transaction. */
const connectionsMax = 2;

function openOperatorPool(url: string): ReturnType<typeof openPool> {
  return openPool({ url, node: "operator", connectionsMax, onError: () => undefined });
}

/** @throws StorageUnavailable */
export async function schemaStanding(url: string, folder: string = ownMigrations): Promise<SchemaStanding> {
  const pool = await openOperatorPool(url);
  try {
    return standingOf(await readSchema(pool), readMigrations(folder));
  } finally {
    await pool.end();
  }
}

/** @throws DataUnreadable, StorageUnavailable */
export async function migrateDatabase(
  url: string,
  folder: string = ownMigrations,
  onStep: (name: string) => void = () => undefined,
): Promise<MigrationReport> {
  const pool = await openOperatorPool(url);
  try {
    return await migrate(pool, { folder, onStep });
  } finally {
    await pool.end();
  }
}
