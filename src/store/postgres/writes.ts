import { alarmAt, isOpen } from "../../verification/index.ts";
import { deliveryIdParts, type TableName, type Write } from "../port.ts";
import { encodeRow } from "../rows/index.ts";
import { accountTexts } from "./account-rows.ts";
import { auditTexts } from "./audit-rows.ts";
import { dataKeyTexts } from "./data-key-rows.ts";
import { arrayText, type Call, documentEnd } from "./grouped.ts";
import { prepared } from "./prepared.ts";
import type { TableText } from "./table-text.ts";
import { webhookTexts } from "./webhook-rows.ts";

const texts: { readonly [T in TableName]: TableText<T> } = {
  ...webhookTexts,
  ...accountTexts,
  ...auditTexts,
  ...dataKeyTexts,
  recipient: {
    upsert: prepared(
      "put_recipients",
      `insert into recipients (id, tenant_id, last_seen_at, doc)
       select * from unnest($1::text[], $2::text[], $3::bigint[], string_to_array($4, chr(30)))
       on conflict (id) do update set last_seen_at = excluded.last_seen_at, doc = excluded.doc`,
    ),
    remove: prepared("remove_recipients", "delete from recipients where id = any($1::text[])"),
    columns: (row) => [row.id, row.tenantId, row.lastSeenAt],
  },
  verification: {
    upsert: prepared(
      "put_verifications",
      `insert into verifications (id, tenant_id, recipient_id, status, alarm_at, doc)
       select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], string_to_array($6, chr(30)))
       on conflict (id) do update set status = excluded.status, alarm_at = excluded.alarm_at, doc = excluded.doc`,
    ),
    remove: prepared(
      "remove_verifications",
      "delete from verifications v using unnest($1::uuid[]) k (id) where v.id = k.id",
    ),
    columns: (row) => [row.id, row.tenantId, row.recipientId, row.status, alarmAt(row)],
  },
  delivery: {
    upsert: prepared(
      "put_deliveries",
      `insert into deliveries (verification_id, sequence, recipient_id, due_at, doc)
       select * from unnest($1::uuid[], $2::int[], $3::text[], $4::bigint[], string_to_array($5, chr(30)))
       on conflict (verification_id, sequence) do update set due_at = excluded.due_at, doc = excluded.doc`,
    ),
    remove: prepared(
      "remove_deliveries",
      `delete from deliveries d using unnest($1::uuid[], $2::int[]) k (verification_id, sequence)
        where d.verification_id = k.verification_id and d.sequence = k.sequence`,
    ),
    columns: (row) => [row.verificationId, row.sequence, row.recipientId, isOpen(row) ? row.dueAt : null],
  },
  idempotency: {
    upsert: prepared(
      "put_idempotency",
      `insert into idempotency (id, created_at, doc)
       select * from unnest($1::text[], $2::bigint[], string_to_array($3, chr(30)))
       on conflict (id) do update set created_at = excluded.created_at, doc = excluded.doc`,
    ),
    remove: prepared("remove_idempotency", "delete from idempotency where id = any($1::text[])"),
    columns: (row) => [row.id, row.createdAt],
  },
  tenant: {
    upsert: prepared(
      "put_tenants",
      `insert into tenants (id, doc) select * from unnest($1::text[], string_to_array($2, chr(30)))
       on conflict (id) do update set doc = excluded.doc`,
    ),
    remove: prepared("remove_tenants", "delete from tenants where id = any($1::text[])"),
    columns: (row) => [row.id],
  },
  service: {
    upsert: prepared(
      "put_services",
      `insert into services (id, tenant_id, doc) select * from unnest($1::text[], $2::text[], string_to_array($3, chr(30)))
       on conflict (id) do update set doc = excluded.doc`,
    ),
    remove: prepared("remove_services", "delete from services where id = any($1::text[])"),
    columns: (row) => [row.id, row.tenantId],
  },
  apiKey: {
    upsert: prepared(
      "put_api_keys",
      `insert into api_keys (id, tenant_id, digest, doc)
       select * from unnest($1::text[], $2::text[], $3::text[], string_to_array($4, chr(30)))
       on conflict (id) do update set digest = excluded.digest, doc = excluded.doc`,
    ),
    remove: prepared("remove_api_keys", "delete from api_keys where id = any($1::text[])"),
    columns: (row) => [row.id, row.tenantId, row.digest],
  },
};

/** A row that was written, and the document that it became. */
export interface Written {
  readonly write: Write;
  readonly doc: string;
}

/** The rows of one table: a list for each column. */
interface Put {
  readonly columns: (string | number | null)[][];
  readonly docs: string[];
}

/** The statements that write the last state of each row of a batch; what it wrote is added to `written`. */
export function writeCalls(writes: readonly Write[], written: Written[]): Call[] {
  const puts = new Map<TableName, Put>();
  const removals = new Map<TableName, string[]>();
  for (const write of writes) {
    const { table, id, row } = write;
    if (row === null) {
      const ids = removals.get(table) ?? [];
      removals.set(table, ids);
      ids.push(id);
      continue;
    }
    const cells = (texts[table] as TableText<TableName>).columns(row as never);
    const put = puts.get(table) ?? { columns: cells.map(() => []), docs: [] };
    puts.set(table, put);
    for (let index = 0; index < cells.length; index++) put.columns[index]?.push(cells[index] ?? null);
    const doc = encodeRow(table, row as never);
    put.docs.push(doc);
    written.push({ write, doc });
  }
  return [
    ...[...puts].map(([table, { columns, docs }]) => ({
      ...texts[table].upsert,
      values: [...columns.map(arrayText), docs.join(documentEnd)],
    })),
    ...[...removals].map(([table, ids]) => ({ ...texts[table].remove, values: removed(table, ids) })),
  ];
}

function removed(table: TableName, ids: readonly string[]): string[] {
  if (table !== "delivery") return [arrayText(ids)];
  const keys = ids.map(deliveryIdParts);
  return [arrayText(keys.map((one) => one.verificationId)), arrayText(keys.map((one) => one.sequence))];
}
