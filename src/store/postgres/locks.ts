import type pg from "pg";
import type { Key } from "../port.ts";
import type { Marker } from "./commit-marker.ts";
import type { RawRow } from "./operation.ts";
import { keyParameters, prepared } from "./reads.ts";

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
 * also sees what was committed while the one before it waited.
 */
export const lockRows: LockStatements = {
  recipients: prepared(
    "lock_recipients",
    `select 'recipient' as kind, r.id as id, r.doc as doc
       from recipients r where r.id = any($1::text[]) order by r.id for update`,
  ),
  verifications: prepared(
    "lock_verifications",
    `select 'verification' as kind, v.id::text as id, v.doc as doc
       from unnest($1::uuid[]) k (id) join verifications v on v.id = k.id order by v.id for update of v`,
  ),
  others: prepared(
    "lock_others",
    `with delivery as materialized (
       select d.verification_id || '.' || d.sequence as id, d.doc
         from unnest($1::uuid[], $2::int[]) k (verification_id, sequence)
         join deliveries d on d.verification_id = k.verification_id and d.sequence = k.sequence
        order by d.verification_id, d.sequence for update of d),
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
     select 'delivery' as kind, id, doc from delivery
     union all select 'idempotency', id, doc from idempotency_record
     union all select 'tenant', id, doc from tenant
     union all select 'service', id, doc from service
     union all select 'apiKey', id, doc from api_key
     union all
     select 'now', (select count(*) from marker)::text,
            floor(extract(epoch from clock_timestamp()) * 1000)::bigint::text`,
  ),
};

/** The same, of the rows that nobody holds. */
export const lockFreeRows: LockStatements = {
  recipients: skipping(lockRows.recipients),
  verifications: skipping(lockRows.verifications),
  others: skipping(lockRows.others),
};

function skipping({ name, text }: pg.QueryConfig): pg.QueryConfig {
  return prepared(`${name}_free`, text.replaceAll(/for update( of \w)?/g, "$& skip locked"));
}

/** Locks the rows of these keys and reads them; the last one is the database's time. */
export async function lock(
  client: pg.PoolClient,
  statements: LockStatements,
  keys: readonly Key[],
  marker: Marker,
): Promise<RawRow[]> {
  const [recipients = [], verifications = [], ...others] = keyParameters(keys);
  const rows: RawRow[] = [];
  if (recipients.length > 0) {
    rows.push(...(await client.query<RawRow>({ ...statements.recipients, values: [recipients] })).rows);
  }
  if (verifications.length > 0) {
    rows.push(...(await client.query<RawRow>({ ...statements.verifications, values: [verifications] })).rows);
  }
  const values = [...others, marker.slot, marker.batch];
  rows.push(...(await client.query<RawRow>({ ...statements.others, values })).rows);
  return rows;
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
