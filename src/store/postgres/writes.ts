import type pg from "pg";
import { alarmAt, isOpen } from "../../verification/index.ts";
import type { TableName, Write } from "../port.ts";
import { encodeRow } from "../rows/index.ts";
import { accountTexts } from "./account-rows.ts";
import { prepared } from "./prepared.ts";
import { deliveryKey } from "./reads.ts";
import type { TableText } from "./table-text.ts";
import { webhookTexts } from "./webhook-rows.ts";

const texts: { readonly [T in TableName]: TableText<T> } = {
  ...webhookTexts,
  ...accountTexts,
  recipient: {
    upsert: prepared(
      "put_recipients",
      `insert into recipients (id, tenant_id, last_seen_at, doc)
       select * from unnest($1::text[], $2::text[], $3::bigint[], $4::text[])
       on conflict (id) do update set last_seen_at = excluded.last_seen_at, doc = excluded.doc`,
    ),
    remove: prepared("remove_recipients", "delete from recipients where id = any($1::text[])"),
    columns: (row) => [row.id, row.tenantId, row.lastSeenAt, encodeRow("recipient", row)],
  },
  verification: {
    upsert: prepared(
      "put_verifications",
      `insert into verifications (id, tenant_id, recipient_id, status, alarm_at, doc)
       select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[])
       on conflict (id) do update set status = excluded.status, alarm_at = excluded.alarm_at, doc = excluded.doc`,
    ),
    remove: prepared(
      "remove_verifications",
      "delete from verifications v using unnest($1::uuid[]) k (id) where v.id = k.id",
    ),
    columns: (row) => [
      row.id,
      row.tenantId,
      row.recipientId,
      row.status,
      alarmAt(row),
      encodeRow("verification", row),
    ],
  },
  delivery: {
    upsert: prepared(
      "put_deliveries",
      `insert into deliveries (verification_id, sequence, recipient_id, due_at, doc)
       select * from unnest($1::uuid[], $2::int[], $3::text[], $4::bigint[], $5::text[])
       on conflict (verification_id, sequence) do update set due_at = excluded.due_at, doc = excluded.doc`,
    ),
    remove: prepared(
      "remove_deliveries",
      `delete from deliveries d using unnest($1::uuid[], $2::int[]) k (verification_id, sequence)
        where d.verification_id = k.verification_id and d.sequence = k.sequence`,
    ),
    columns: (row) => [
      row.verificationId,
      row.sequence,
      row.recipientId,
      isOpen(row) ? row.dueAt : null,
      encodeRow("delivery", row),
    ],
  },
  idempotency: {
    upsert: prepared(
      "put_idempotency",
      `insert into idempotency (id, created_at, doc)
       select * from unnest($1::text[], $2::bigint[], $3::text[])
       on conflict (id) do update set created_at = excluded.created_at, doc = excluded.doc`,
    ),
    remove: prepared("remove_idempotency", "delete from idempotency where id = any($1::text[])"),
    columns: (row) => [row.id, row.createdAt, encodeRow("idempotency", row)],
  },
  tenant: {
    upsert: prepared(
      "put_tenants",
      `insert into tenants (id, doc) select * from unnest($1::text[], $2::text[])
       on conflict (id) do update set doc = excluded.doc`,
    ),
    remove: prepared("remove_tenants", "delete from tenants where id = any($1::text[])"),
    columns: (row) => [row.id, encodeRow("tenant", row)],
  },
  service: {
    upsert: prepared(
      "put_services",
      `insert into services (id, tenant_id, doc) select * from unnest($1::text[], $2::text[], $3::text[])
       on conflict (id) do update set doc = excluded.doc`,
    ),
    remove: prepared("remove_services", "delete from services where id = any($1::text[])"),
    columns: (row) => [row.id, row.tenantId, encodeRow("service", row)],
  },
  apiKey: {
    upsert: prepared(
      "put_api_keys",
      `insert into api_keys (id, tenant_id, digest, doc)
       select * from unnest($1::text[], $2::text[], $3::text[], $4::text[])
       on conflict (id) do update set digest = excluded.digest, doc = excluded.doc`,
    ),
    remove: prepared("remove_api_keys", "delete from api_keys where id = any($1::text[])"),
    columns: (row) => [row.id, row.tenantId, row.digest, encodeRow("apiKey", row)],
  },
};

/** The statements that write the last state of each row of a batch. */
export function writeStatements(writes: Iterable<Write>): pg.QueryConfig[] {
  const puts = new Map<TableName, unknown[][]>();
  const removals = new Map<TableName, string[]>();
  for (const { table, id, row } of writes) {
    if (row === null) {
      removals.set(table, [...(removals.get(table) ?? []), id]);
      continue;
    }
    const cells = (texts[table] as TableText<TableName>).columns(row as never);
    const columns = puts.get(table) ?? cells.map(() => []);
    for (const [index, cell] of cells.entries()) columns[index]?.push(cell);
    puts.set(table, columns);
  }
  return [
    ...[...puts].map(([table, values]) => ({ ...texts[table].upsert, values })),
    ...[...removals].map(([table, ids]) => ({ ...texts[table].remove, values: removed(table, ids) })),
  ];
}

function removed(table: TableName, ids: readonly string[]): unknown[] {
  if (table !== "delivery") return [ids];
  const keys = ids.map(deliveryKey);
  return [keys.map((one) => one.verificationId), keys.map((one) => one.sequence)];
}
