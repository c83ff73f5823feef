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

/** The keys of a batch as the parameters of `readRows`; those that lock take some of them each. */
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
