import type pg from "pg";
import { type Clock, uuidv7Floor } from "../../clock/index.ts";
import type { PurgeCounts } from "../port.ts";

const dayMs = 86_400_000;
const daysAhead = 3;

/** Partitions for today and the next days exist before a row needs them; what has none goes to the default. */
export async function addDays(pool: pg.Pool, clock: Clock | null): Promise<void> {
  const now = clock?.now() ?? (await databaseNow(pool));
  const today = Math.floor(now / dayMs) * dayMs;
  for (let day = 0; day <= daysAhead; day++) {
    const first = today + day * dayMs;
    for (const parent of ["verifications", "deliveries"]) {
      await pool.query("select countersign_add_day($1, $2, $3, $4)", [
        parent,
        dayName(first),
        uuidv7Floor(first),
        uuidv7Floor(first + dayMs),
      ]);
    }
  }
}

async function databaseNow(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ now: string }>(
    "select floor(extract(epoch from clock_timestamp()) * 1000)::bigint::text as now",
  );
  return Number(rows[0]?.now);
}

function dayName(at: number): string {
  return new Date(at).toISOString().slice(0, 10).replaceAll("-", "");
}

/** Whole days are dropped; what remains of the day at the edge, and of the default partitions, goes row by row. */
export async function purge(
  pool: pg.Pool,
  before: { readonly settled: number; readonly idempotency: number },
  limit: number,
): Promise<PurgeCounts> {
  const floor = uuidv7Floor(before.settled);
  const edge = dayName(before.settled);
  for (const parent of ["deliveries", "verifications"]) {
    await pool.query("select countersign_drop_days($1, $2)", [parent, edge]);
  }
  const removed = async (text: string, values: unknown[]): Promise<number> =>
    (await pool.query(text, values)).rowCount ?? 0;
  const verifications = await removed(
    "delete from verifications where id in (select id from verifications where id < $1 order by id limit $2)",
    [floor, limit],
  );
  const deliveries = await removed(
    `delete from deliveries where (verification_id, sequence) in
     (select verification_id, sequence from deliveries where verification_id < $1 order by verification_id limit $2)`,
    [floor, limit],
  );
  const idempotency = await removed(
    "delete from idempotency where id in (select id from idempotency where created_at < $1 order by created_at limit $2)",
    [before.idempotency, limit],
  );
  const walk = await purgeRecipients(pool, before.settled, limit);
  const full = [verifications, deliveries, idempotency].some((count) => count >= limit);
  return { verifications, deliveries, idempotency, recipients: walk.removed, finished: !full && walk.finished };
}

/** Walks the recipients round and round by key: their age has no index. */
async function purgeRecipients(
  pool: pg.Pool,
  before: number,
  limit: number,
): Promise<{ removed: number; finished: boolean }> {
  const { rows } = await pool.query<{ removed: string; walked: string }>(
    `with position as (select coalesce((select value from meta where name = 'purge_recipients_after'), '') as after),
     walked as (select id from recipients, position where id > position.after order by id limit $2),
     removed as (
       delete from recipients where id in (select id from walked) and last_seen_at < $1 returning id),
     moved as (
       insert into meta (name, value)
       select 'purge_recipients_after', case when count(*) < $2 then '' else max(id) end from walked
       on conflict (name) do update set value = excluded.value)
     select (select count(*) from removed) as removed, (select count(*) from walked) as walked`,
    [before, limit],
  );
  const walked = Number(rows[0]?.walked ?? 0);
  return { removed: Number(rows[0]?.removed ?? 0), finished: walked < limit };
}
