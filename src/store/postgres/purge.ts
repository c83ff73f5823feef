import type pg from "pg";
import { type Clock, uuidv7Floor } from "../../clock/index.ts";
import type { PurgeBefore, PurgeCounts } from "../port.ts";
import { purgeAccounts } from "./account-rows.ts";
import type { Connections } from "./connections.ts";
import { transaction } from "./database.ts";
import { addDays, dropDays } from "./partitions.ts";
import { purgeWebhooks } from "./webhook-rows.ts";

const purgeLock = 0x636f_7571;
const markersKeptMs = 86_400_000;

/** Nobody removes anything twice: for a node that comes while another is at it, there is nothing to do. */
const nothing: PurgeCounts = {
  verifications: 0,
  deliveries: 0,
  messages: 0,
  events: 0,
  recipients: 0,
  idempotency: 0,
  accounts: 0,
  finished: true,
};

/** Whole days are dropped; what remains of the day at the edge, and of the default partitions, goes row by row. */
export async function purge(
  connections: Connections,
  before: PurgeBefore,
  limit: number,
  clock: Clock | null,
): Promise<PurgeCounts> {
  await addDays(connections, clock);
  return await transaction(connections, async (client) => {
    const { rows } = await client.query<{ mine: boolean }>("select pg_try_advisory_xact_lock($1) as mine", [
      purgeLock,
    ]);
    if (rows[0]?.mine !== true) return nothing;
    await dropDays(connections, before.settled);
    return await purgeRows(client, before, limit);
  });
}

async function purgeRows(client: pg.PoolClient, before: PurgeBefore, limit: number): Promise<PurgeCounts> {
  const floor = uuidv7Floor(before.settled);
  const removed = async (text: string, values: unknown[]): Promise<number> =>
    (await client.query(text, values)).rowCount ?? 0;
  const verifications = await removed(deleteVerifications, [floor, limit]);
  const deliveries = await removed(deleteDeliveries, [floor, limit]);
  const idempotency = await removed(deleteIdempotency, [before.idempotency, limit]);
  const webhooks = await purgeWebhooks(removed, before.settled, limit);
  const accounts = await purgeAccounts(removed, before.accounts ?? 0, limit);
  await removed("delete from commit_markers where at < $1 and at > 0", [before.idempotency - markersKeptMs]);
  const walk = await purgeRecipients(client, before.settled, limit);
  const isFull = [verifications, deliveries, webhooks.messages, webhooks.events, idempotency, accounts].some(
    (count) => count >= limit,
  );
  return {
    verifications,
    deliveries,
    ...webhooks,
    idempotency,
    accounts,
    recipients: walk.removed,
    finished: !isFull && walk.finished,
  };
}

// A row that an update holds is left for the next round: updates never wait behind a purge.
const deleteVerifications = `delete from verifications v using (
    select id from verifications where id < $1 order by id limit $2 for update skip locked) old
  where v.id = old.id and v.id < $1`;
const deleteDeliveries = `delete from deliveries d using (
    select verification_id, sequence from deliveries where verification_id < $1
    order by verification_id, sequence limit $2 for update skip locked) old
  where d.verification_id = old.verification_id and d.sequence = old.sequence and d.verification_id < $1`;
const deleteIdempotency = `delete from idempotency where id in (
    select id from idempotency where created_at < $1 order by created_at limit $2 for update skip locked)`;

/** Walks the recipients round and round by key: their age has no index. */
async function purgeRecipients(
  client: pg.PoolClient,
  before: number,
  limit: number,
): Promise<{ removed: number; finished: boolean }> {
  const { rows } = await client.query<{ removed: string; walked: string }>(
    `with position as (select coalesce((select value from meta where name = 'purge_recipients_after'), '') as after),
     walked as (select id, last_seen_at from recipients, position where id > position.after order by id limit $2),
     old as (
       select id from recipients where id in (select id from walked where last_seen_at < $1)
         and last_seen_at < $1 for update skip locked),
     removed as (delete from recipients r using old where r.id = old.id returning r.id),
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
