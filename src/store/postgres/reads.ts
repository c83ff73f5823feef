import type pg from "pg";
import { decodeVerification } from "../codec.ts";
import type { Key, TableName, Tables } from "../port.ts";

/** A statement that a connection prepares once. */
export function prepared(name: string, text: string): pg.QueryConfig {
  return { name, text };
}

/** The sequence is part of a delivery's id. */
export function deliveryKey(id: string): { verificationId: string; sequence: number } {
  const dot = id.lastIndexOf(".");
  return { verificationId: id.slice(0, dot), sequence: Number(id.slice(dot + 1)) };
}

/** One row by its key. */
export const getRow: { readonly [T in TableName]: pg.QueryConfig } = {
  recipient: prepared("get_recipient", "select doc from recipients where id = $1"),
  verification: prepared("get_verification", "select doc from verifications where id = $1"),
  delivery: prepared(
    "get_delivery",
    "select doc from deliveries where verification_id = $1 and sequence = $2",
  ),
  idempotency: prepared("get_idempotency", "select doc from idempotency where id = $1"),
  tenant: prepared("get_tenant", "select doc from tenants where id = $1"),
  service: prepared("get_service", "select doc from services where id = $1"),
  apiKey: prepared("get_api_key", "select doc from api_keys where id = $1"),
};

/** The parameters of `getRow`; null for an id that no row can have. */
export function rowParameters({ table, id }: Key): unknown[] | null {
  if (!canExist({ table, id })) return null;
  if (table !== "delivery") return [id];
  const { verificationId, sequence } = deliveryKey(id);
  return [verificationId, sequence];
}

/**
 * Rows by key, all kinds in one round trip. Each kind is a join from the keys, so that a partitioned table is pruned
 * for every key. The last row is the database's time, read after all others.
 */
export const readRows: pg.QueryConfig = prepared(
  "read_rows",
  `select 'recipient' as kind, r.id as id, r.doc as doc
     from unnest($1::text[]) k (id) join recipients r on r.id = k.id
   union all
   select 'verification', v.id::text, v.doc
     from unnest($2::uuid[]) k (id) join verifications v on v.id = k.id
   union all
   select 'delivery', d.verification_id || '.' || d.sequence, d.doc
     from unnest($3::uuid[], $4::int[]) k (verification_id, sequence)
     join deliveries d on d.verification_id = k.verification_id and d.sequence = k.sequence
   union all
   select 'idempotency', i.id, i.doc from unnest($5::text[]) k (id) join idempotency i on i.id = k.id
   union all
   select 'tenant', t.id, t.doc from unnest($6::text[]) k (id) join tenants t on t.id = k.id
   union all
   select 'service', s.id, s.doc from unnest($7::text[]) k (id) join services s on s.id = k.id
   union all
   select 'apiKey', a.id, a.doc from unnest($8::text[]) k (id) join api_keys a on a.id = k.id
   union all
   select 'now', '', floor(extract(epoch from clock_timestamp()) * 1000)::bigint::text`,
);

/**
 * The same rows, locked kind by kind in key order: one total order over all nodes, so that no two batches wait for
 * each other. The lane's marker is written with them. `clock_timestamp()` comes last, after the locks.
 */
export const lockRows: pg.QueryConfig = prepared(
  "lock_rows",
  `with recipient as materialized (
     select r.id, r.doc from recipients r where r.id = any($1::text[]) order by r.id for update),
   verification as materialized (
     select v.id::text as id, v.doc from unnest($2::uuid[]) k (id)
       join verifications v on v.id = k.id order by v.id for update of v),
   delivery as materialized (
     select d.verification_id || '.' || d.sequence as id, d.doc
       from unnest($3::uuid[], $4::int[]) k (verification_id, sequence)
       join deliveries d on d.verification_id = k.verification_id and d.sequence = k.sequence
      order by d.verification_id, d.sequence for update of d),
   idempotency_record as materialized (
     select i.id, i.doc from idempotency i where i.id = any($5::text[]) order by i.id for update),
   tenant as materialized (
     select t.id, t.doc from tenants t where t.id = any($6::text[]) order by t.id for update),
   service as materialized (
     select s.id, s.doc from services s where s.id = any($7::text[]) order by s.id for update),
   api_key as materialized (
     select a.id, a.doc from api_keys a where a.id = any($8::text[]) order by a.id for update),
   marker as (
     update commit_markers set batch = $10, at = floor(extract(epoch from clock_timestamp()) * 1000)
      where slot = $9 returning slot)
   select 'recipient' as kind, id, doc from recipient
   union all select 'verification', id, doc from verification
   union all select 'delivery', id, doc from delivery
   union all select 'idempotency', id, doc from idempotency_record
   union all select 'tenant', id, doc from tenant
   union all select 'service', id, doc from service
   union all select 'apiKey', id, doc from api_key
   union all
   select 'now', (select count(*) from marker)::text,
          floor(extract(epoch from clock_timestamp()) * 1000)::bigint::text`,
);

/** The same, of the rows that nobody holds. */
export const lockFreeRows: pg.QueryConfig = prepared(
  "lock_free_rows",
  (lockRows.text as string).replaceAll(/for update( of \w)?/g, "$& skip locked"),
);

/** The keys of a batch as the parameters of `readRows` and `lockRows`. */
export function keyParameters(keys: Iterable<Key>): unknown[][] {
  const lists: Record<TableName, string[]> = {
    recipient: [],
    verification: [],
    delivery: [],
    idempotency: [],
    tenant: [],
    service: [],
    apiKey: [],
  };
  // What can have no row would make the whole statement fail: ids come from callers and carriers.
  for (const key of keys) if (canExist(key)) lists[key.table].push(key.id);
  const deliveries = lists.delivery.map(deliveryKey);
  return [
    lists.recipient,
    lists.verification,
    deliveries.map((one) => one.verificationId),
    deliveries.map((one) => one.sequence),
    lists.idempotency,
    lists.tenant,
    lists.service,
    lists.apiKey,
  ];
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const delivery = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[1-9][0-9]{0,8}$/;

/** Whether a row may have this id: a UUID where the column is one. */
export function canExist({ table, id }: Key): boolean {
  if (table === "verification") return uuid.test(id);
  if (table === "delivery") return delivery.test(id);
  return !id.includes("\0");
}

export function decodeRow<T extends TableName>(table: T, doc: string): Tables[T] {
  return (table === "verification" ? decodeVerification(doc) : JSON.parse(doc)) as Tables[T];
}
