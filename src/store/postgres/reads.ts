import type pg from "pg";
import { deliveryIdParts, type Key, type TableName } from "../port.ts";
import { isBeside, type TableBeside } from "./families.ts";
import { prepared } from "./prepared.ts";

/**
 * Rows by key, all kinds in one round trip. Each kind is looked up key by key: a fence (`offset 0`) keeps the planner
 * from reading a small table whole, which it would go on doing when the table has grown, and prunes the partitions for
 * every key.
 */
export const readRows: pg.QueryConfig = prepared(
  "read_rows",
  `select 'recipient' as kind, r.id as id, r.tenant_id as "tenantId", null as "recipientId", r.doc as doc
     from unnest($1::text[]) k (id)
     cross join lateral (select r.id, r.tenant_id, r.doc from recipients r where r.id = k.id offset 0) r
   union all
   select 'verification', v.id::text, v.tenant_id, v.recipient_id, v.doc from unnest($2::uuid[]) k (id)
     cross join lateral (
       select v.id, v.tenant_id, v.recipient_id, v.doc from verifications v where v.id = k.id offset 0) v
   union all
   select 'delivery', k.id || '.' || k.sequence, null, d.recipient_id, d.doc
     from unnest($3::uuid[], $4::int[]) k (id, sequence)
     cross join lateral (
       select d.recipient_id, d.doc from deliveries d where d.verification_id = k.id and d.sequence = k.sequence offset 0) d
   union all
   select 'idempotency', i.id, null, null, i.doc from unnest($5::text[]) k (id)
     cross join lateral (select i.id, i.doc from idempotency i where i.id = k.id offset 0) i
   union all
   select 'tenant', t.id, null, null, t.doc from unnest($6::text[]) k (id)
     cross join lateral (select t.id, t.doc from tenants t where t.id = k.id offset 0) t
   union all
   select 'service', s.id, null, null, s.doc from unnest($7::text[]) k (id)
     cross join lateral (select s.id, s.doc from services s where s.id = k.id offset 0) s
   union all
   select 'apiKey', a.id, null, null, a.doc from unnest($8::text[]) k (id)
     cross join lateral (select a.id, a.doc from api_keys a where a.id = k.id offset 0) a`,
);

/** Recipients alone: what every delivery reads, without the partitions of other tables to open. */
export const readRecipients: pg.QueryConfig = prepared(
  "read_recipients",
  `select 'recipient' as kind, r.id as id, r.tenant_id as "tenantId", r.doc as doc from unnest($1::text[]) k (id)
     cross join lateral (select r.id, r.tenant_id, r.doc from recipients r where r.id = k.id offset 0) r`,
);

/** Keys kind by kind, without those of other families and those that can have no row: ids come from callers and carriers. */
export interface KeyLists {
  readonly recipient: readonly string[];
  readonly verification: readonly string[];
  readonly delivery: {
    readonly verificationIds: readonly string[];
    readonly sequences: readonly number[];
    readonly ids: readonly string[];
  };
  /** Records of idempotency, tenants, services, API keys. */
  readonly others: readonly (readonly string[])[];
}

export function keyLists(keys: Iterable<Key>): KeyLists {
  const lists: Record<Exclude<TableName, TableBeside>, string[]> = {
    recipient: [],
    verification: [],
    delivery: [],
    idempotency: [],
    tenant: [],
    service: [],
    apiKey: [],
  };
  // What can have no row would make the whole statement fail.
  for (const key of keys) {
    const { table, id } = key;
    if (!isBeside(table) && canExist(key)) lists[table].push(id);
  }
  const deliveries = lists.delivery.map(deliveryIdParts);
  return {
    recipient: lists.recipient,
    verification: lists.verification,
    delivery: {
      verificationIds: deliveries.map((one) => one.verificationId),
      sequences: deliveries.map((one) => one.sequence),
      ids: lists.delivery,
    },
    others: [lists.idempotency, lists.tenant, lists.service, lists.apiKey],
  };
}

/** The keys as the parameters of `readRows`. */
export function keyParameters(keys: Iterable<Key>): unknown[] {
  const { recipient, verification, delivery, others } = keyLists(keys);
  return [recipient, verification, delivery.verificationIds, delivery.sequences, ...others];
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const delivery = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[1-9][0-9]{0,8}$/;

/** Whether a row may have this id: a UUID where the column is one. */
export function canExist({ table, id }: Key): boolean {
  if (table === "verification") return uuid.test(id);
  if (table === "delivery") return delivery.test(id);
  return !id.includes("\0");
}
