import type pg from "pg";
import { type Clock, uuidv7Floor } from "../../clock/index.ts";
import type { Connections } from "./connections.ts";
import { transaction } from "./database.ts";
import { isBusy } from "./faults.ts";

const dayMs = 86_400_000;
const daysAhead = 3;
const daysLock = 0x636f_7570;

/** Locks on the whole table for a moment: nobody queues behind a node that waits for one. */
async function quickly(
  connections: Connections,
  work: (client: pg.PoolClient) => Promise<void>,
): Promise<void> {
  try {
    await transaction(connections, async (client) => {
      await client.query("set local lock_timeout = 300");
      await client.query("select pg_advisory_xact_lock($1)", [daysLock]);
      await work(client);
    });
  } catch (cause) {
    // The next hour tries again, and rows of a day without a partition have the default one.
    if (!isBusy(cause)) throw cause;
  }
}

/** More would be kept for nobody: rows older than this are purged. */
const daysBackMax = 60;

/**
 * Partitions for today and the next days exist before a row needs them; what has none goes to the default. `since`
 * asks for those of the past as well, for rows that were made elsewhere.
 */
export async function addDays(connections: Connections, clock: Clock | null, since?: number): Promise<void> {
  const now = clock?.now() ?? (await databaseNow(connections));
  const today = Math.floor(now / dayMs) * dayMs;
  await quickly(connections, async (client) => {
    const back = since === undefined ? 0 : Math.ceil((today - since) / dayMs);
    for (let day = -Math.min(Math.max(back, 0), daysBackMax); day <= daysAhead; day++) {
      const first = today + day * dayMs;
      for (const parent of ["verifications", "deliveries"]) {
        await client.query("select countersign_add_day($1, $2, $3, $4)", [
          parent,
          dayName(first),
          uuidv7Floor(first),
          uuidv7Floor(first + dayMs),
        ]);
      }
    }
  });
}

/** Drops the days of which nothing is younger than `before`. */
export async function dropDays(connections: Connections, before: number): Promise<void> {
  await quickly(connections, async (client) => {
    for (const parent of ["deliveries", "verifications"]) {
      await client.query("select countersign_drop_days($1, $2)", [parent, dayName(before)]);
    }
  });
}

async function databaseNow(connections: Connections): Promise<number> {
  const { rows } = await connections.query<{ now: string }>(
    "select floor(extract(epoch from clock_timestamp()) * 1000)::bigint::text as now",
  );
  return Number(rows[0]?.now);
}

function dayName(at: number): string {
  return new Date(at).toISOString().slice(0, 10).replaceAll("-", "");
}
