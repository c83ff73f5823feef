import type pg from "pg";
import type { Key } from "../port.ts";
import type { Marker } from "./commit-marker.ts";
import { families } from "./families.ts";
import type { RawRow } from "./operation.ts";
import { prepared } from "./prepared.ts";
import { keyParameters } from "./reads.ts";
import { familyParameters, skipping } from "./row-family.ts";

/** What locks the rows of a batch, kind by kind in key order: one total order over all nodes, so that none wait in a circle. */
export interface LockStatements {
  readonly recipients: pg.QueryConfig;
  readonly verifications: pg.QueryConfig;
  /** Everything else. The lane's marker is written with it, and `clock_timestamp()` comes last, after all locks. */
  readonly others: pg.QueryConfig;
}

/**
 * Waits for whoever holds a row. Each partitioned table has a statement of its own: PostgreSQL 18 shares what it knows
 * of pruning between a statement and the second look that it takes at a row changed meanwhile, and a statement that goes
 * on to another partitioned table after such a look loses rows or crashes the server (seen with 18.4). A new statement
 * also sees what was committed while the one before it waited. Rows are found by a plain scan of their keys, which no
 * statistics turn into reading a small table whole; the bounds prune partitions before any is opened.
 */
export const lockRows: LockStatements = {
  recipients: prepared(
    "lock_recipients",
    `select 'recipient' as kind, r.id as id, r.tenant_id as "tenantId", r.doc as doc
       from recipients r where r.id = any($1::text[]) order by r.id for update`,
  ),
  verifications: prepared(
    "lock_verifications",
    `select 'verification' as kind, v.id::text as id, v.tenant_id as "tenantId", v.recipient_id as "recipientId",
            v.doc as doc
       from verifications v
      where v.id = any($1::uuid[]) and v.id between $2::uuid and $3::uuid order by v.id for update`,
  ),
  others: prepared(
    "lock_others",
    `with delivery as materialized (
       select d.verification_id || '.' || d.sequence as id, d.recipient_id, d.doc from deliveries d
        where d.verification_id = any($1::uuid[]) and d.verification_id between $9::uuid and $10::uuid
          and d.sequence = any($2::int[]) and d.verification_id || '.' || d.sequence = any($11::text[])
        order by d.verification_id, d.sequence for update),
     idempotency_record as materialized (
       select i.id, i.doc from idempotency i where i.id = any($3::text[]) order by i.id for update),
     tenant as materialized (
       select t.id, t.doc from tenants t where t.id = any($4::text[]) order by t.id for update),
     service as materialized (
       select s.id, s.doc from services s where s.id = any($5::text[]) order by s.id for update),
     api_key as materialized (
       select a.id, a.doc from api_keys a where a.id = any($6::text[]) order by a.id for update),
     marker as (
       update commit_markers set batch = $8, at = floor(extract(epoch from clock_timestamp()) * 1000)
        where slot = $7 returning slot)
     select 'delivery' as kind, id, recipient_id as "recipientId", doc from delivery
     union all select 'idempotency', id, null, doc from idempotency_record
     union all select 'tenant', id, null, doc from tenant
     union all select 'service', id, null, doc from service
     union all select 'apiKey', id, null, doc from api_key
     union all
     select 'now', (select count(*) from marker)::text, null,
            floor(extract(epoch from clock_timestamp()) * 1000)::bigint::text`,
  ),
};

/** The same, of the rows that nobody holds. */
export const lockFreeRows: LockStatements = {
  recipients: skipping(lockRows.recipients),
  verifications: skipping(lockRows.verifications),
  others: skipping(lockRows.others),
};

/** Locks the rows of these keys and reads them, all statements sent at once; the last row is the database's time. */
export async function lock(
  client: pg.PoolClient,
  statements: LockStatements,
  keys: readonly Key[],
  marker: Marker,
): Promise<RawRow[]> {
  const lists = keyParameters(keys) as string[][];
  const [recipients = [], verifications = [], deliveries = [], sequences = [], ...others] = lists;
  const sent: Promise<pg.QueryResult<RawRow>>[] = [];
  if (recipients.length > 0) sent.push(client.query({ ...statements.recipients, values: [recipients] }));
  if (verifications.length > 0) {
    const values = [verifications, ...boundsOf(verifications)];
    sent.push(client.query({ ...statements.verifications, values }));
  }
  for (const family of families) {
    const values = familyParameters(family, keys);
    if (values === null) continue;
    const statement = statements === lockRows ? family.lock : family.lockFree;
    sent.push(client.query({ ...statement, values }));
  }
  const deliveryIds = deliveries.map((id, index) => `${id}.${sequences[index]}`);
  const values = [
    deliveries,
    sequences,
    ...others,
    marker.slot,
    marker.batch,
    ...boundsOf(deliveries),
    deliveryIds,
  ];
  sent.push(client.query({ ...statements.others, values }));
  return (await together(sent)).flatMap(({ rows }) => rows);
}

/** Waits for statements that were sent one behind the other; the first of them that failed says why. */
export async function together<R>(sent: readonly Promise<R>[]): Promise<R[]> {
  await Promise.allSettled(sent);
  const results: R[] = [];
  for (const one of sent) results.push(await one);
  return results;
}

/** UUIDs in lower case sort as text like PostgreSQL sorts them; null bounds hold nothing. */
function boundsOf(ids: readonly string[]): [string | null, string | null] {
  let [least, most]: [string | null, string | null] = [null, null];
  for (const id of ids) {
    if (least === null || id < least) least = id;
    if (most === null || id > most) most = id;
  }
  return [least, most];
}

/**
 * `for update` locks nothing for rows that do not exist yet: two nodes on one fresh key would both insert it and one
 * update would be lost. Their keys are locked by hash first, in one order.
 */
export async function lockMissing(client: pg.PoolClient, names: readonly string[]): Promise<void> {
  if (names.length > 0) await client.query({ ...lockNames, values: [names] });
}

const lockNames = prepared(
  "lock_missing",
  `select pg_advisory_xact_lock(h) from (
     select distinct hashtextextended(name, 0) as h from unnest($1::text[]) k (name) order by h) hashes`,
);
