import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { alarmAt, isOpen } from "../../verification/index.ts";
import { deliveryIdParts, keptUntil, rowId, type TableName, type Tables } from "../port.ts";
import type { StoredRow } from "../rows/index.ts";
import { fromDoc, toDoc } from "./docs.ts";
import type { TableText } from "./table-text.ts";
import { webhookTexts } from "./webhook-tables.ts";

/** How one kind of row is found, written and removed. Statements are prepared once. */
interface Table<T extends TableName> {
  read(id: string): Tables[T] | undefined;
  /** What `put` is given for a row. */
  values(id: string, row: Tables[T]): SQLInputValue[];
  put(values: readonly SQLInputValue[]): void;
  remove(id: string): void;
}

export type TableSet = { readonly [T in TableName]: Table<T> };

const texts: { readonly [T in TableName]: TableText<T> } = {
  ...webhookTexts,
  recipient: {
    select: `select id, tenant_id as "tenantId", doc from recipients where id = ?`,
    upsert: `insert into recipients (id, tenant_id, last_seen_at, doc) values (?, ?, ?, ?)
      on conflict (id) do update set last_seen_at = excluded.last_seen_at, doc = excluded.doc`,
    remove: "delete from recipients where id = ?",
    columns: (row, id) => [
      id,
      row.tenantId,
      row.lastSeenAt,
      toDoc("recipient", row, id, { tenantId: row.tenantId }),
    ],
  },
  verification: {
    select: `select id, tenant_id as "tenantId", recipient_id as "recipientId", doc
      from verifications where id = ?`,
    upsert: `insert into verifications (id, tenant_id, recipient_id, status, alarm_at, doc) values (?, ?, ?, ?, ?, ?)
      on conflict (id) do update set status = excluded.status, alarm_at = excluded.alarm_at, doc = excluded.doc`,
    remove: "delete from verifications where id = ?",
    columns: (row, id) => [
      id,
      row.tenantId,
      row.recipientId,
      row.status,
      alarmAt(row),
      toDoc("verification", row, id, row),
    ],
  },
  delivery: {
    select: `select verification_id || '.' || sequence as id, recipient_id as "recipientId", doc
      from deliveries where verification_id = ? and sequence = ?`,
    upsert: `insert into deliveries (verification_id, sequence, recipient_id, due_at, doc) values (?, ?, ?, ?, ?)
      on conflict (verification_id, sequence) do update set due_at = excluded.due_at, doc = excluded.doc`,
    remove: "delete from deliveries where verification_id = ? and sequence = ?",
    columns: (row, id) => [
      row.verificationId,
      row.sequence,
      row.recipientId,
      isOpen(row) ? row.dueAt : null,
      toDoc("delivery", row, id, { recipientId: row.recipientId }),
    ],
    keyOf: (id) => {
      const { verificationId, sequence } = deliveryIdParts(id);
      return [verificationId, sequence];
    },
  },
  subscriberName: {
    select: "select id, doc from subscriber_names where id = ?",
    upsert: `insert into subscriber_names (id, kept_until, doc) values (?, ?, ?)
      on conflict (id) do update set kept_until = excluded.kept_until, doc = excluded.doc`,
    remove: "delete from subscriber_names where id = ?",
    columns: (row) => [row.id, keptUntil(row), toDoc("subscriberName", row, row.id, {})],
  },
  subscriber: {
    select: "select id, doc from subscribers where id = ?",
    upsert: `insert into subscribers (id, tenant_id, doc) values (?, ?, ?)
      on conflict (id) do update set doc = excluded.doc`,
    remove: "delete from subscribers where id = ?",
    columns: (row) => [row.id, row.tenantId, toDoc("subscriber", row, row.id, {})],
  },
  challenge: {
    select: "select id, doc from challenges where id = ?",
    // Its end is that of its beginning: to write it again would take its entry out of the index and put it back.
    upsert: `insert into challenges (id, subscriber_id, kept_until, doc) values (?, ?, ?, ?)
      on conflict (id) do update set doc = excluded.doc`,
    remove: "delete from challenges where id = ?",
    columns: (row) => [row.id, row.subscriberId, keptUntil(row), toDoc("challenge", row, row.id, {})],
  },
  session: {
    select: "select id, doc from sessions where id = ?",
    upsert: `insert into sessions (id, subscriber_id, kept_until, doc) values (?, ?, ?, ?)
      on conflict (id) do update set kept_until = excluded.kept_until, doc = excluded.doc`,
    remove: "delete from sessions where id = ?",
    columns: (row) => [row.id, row.subscriberId, keptUntil(row), toDoc("session", row, row.id, {})],
  },
  audit: {
    select: "select id, doc from audit where id = ?",
    upsert: "insert into audit (id, doc) values (?, ?) on conflict (id) do update set doc = excluded.doc",
    remove: "delete from audit where id = ?",
    columns: (row) => [row.id, toDoc("audit", row, row.id, {})],
  },
  dataKeys: {
    select: "select id, doc from data_keys where id = ?",
    upsert: "insert into data_keys (id, doc) values (?, ?) on conflict (id) do update set doc = excluded.doc",
    remove: "delete from data_keys where id = ?",
    columns: (row) => [row.id, toDoc("dataKeys", row, row.id, {})],
  },
  rotation: {
    select: "select id, doc from rotations where id = ?",
    upsert: "insert into rotations (id, doc) values (?, ?) on conflict (id) do update set doc = excluded.doc",
    remove: "delete from rotations where id = ?",
    columns: (row) => [row.id, toDoc("rotation", row, row.id, {})],
  },
  idempotency: {
    select: "select id, doc from idempotency where id = ?",
    upsert: `insert into idempotency (id, created_at, doc) values (?, ?, ?)
      on conflict (id) do update set created_at = excluded.created_at, doc = excluded.doc`,
    remove: "delete from idempotency where id = ?",
    columns: (row) => [row.id, row.createdAt, toDoc("idempotency", row, row.id, {})],
  },
  tenant: {
    select: "select id, doc from tenants where id = ?",
    upsert: "insert into tenants (id, doc) values (?, ?) on conflict (id) do update set doc = excluded.doc",
    remove: "delete from tenants where id = ?",
    columns: (row) => [row.id, toDoc("tenant", row, row.id, {})],
  },
  service: {
    select: "select id, doc from services where id = ?",
    upsert: `insert into services (id, tenant_id, doc) values (?, ?, ?)
      on conflict (id) do update set doc = excluded.doc`,
    remove: "delete from services where id = ?",
    columns: (row) => [row.id, row.tenantId, toDoc("service", row, row.id, {})],
  },
  apiKey: {
    select: "select id, doc from api_keys where id = ?",
    upsert: `insert into api_keys (id, tenant_id, digest, doc) values (?, ?, ?, ?)
      on conflict (id) do update set digest = excluded.digest, doc = excluded.doc`,
    remove: "delete from api_keys where id = ?",
    columns: (row) => [row.id, row.tenantId, row.digest, toDoc("apiKey", row, row.id, {})],
  },
};

export function prepareTables(database: DatabaseSync): TableSet {
  return {
    recipient: prepareTable(database, "recipient"),
    verification: prepareTable(database, "verification"),
    message: prepareTable(database, "message"),
    endpoint: prepareTable(database, "endpoint"),
    event: prepareTable(database, "event"),
    optOut: prepareTable(database, "optOut"),
    delivery: prepareTable(database, "delivery"),
    subscriberName: prepareTable(database, "subscriberName"),
    subscriber: prepareTable(database, "subscriber"),
    challenge: prepareTable(database, "challenge"),
    session: prepareTable(database, "session"),
    audit: prepareTable(database, "audit"),
    dataKeys: prepareTable(database, "dataKeys"),
    rotation: prepareTable(database, "rotation"),
    idempotency: prepareTable(database, "idempotency"),
    tenant: prepareTable(database, "tenant"),
    service: prepareTable(database, "service"),
    apiKey: prepareTable(database, "apiKey"),
  };
}

function prepareTable<T extends TableName>(database: DatabaseSync, table: T): Table<T> {
  const text: TableText<T> = texts[table];
  const select = database.prepare(text.select);
  const upsert = database.prepare(text.upsert);
  const remove = database.prepare(text.remove);
  const { keyOf } = text;
  const storedOf = readerOf(select);
  return {
    read(id) {
      const values = keyOf === undefined ? select.get(id) : select.get(...keyOf(id));
      if (values === undefined) return undefined;
      const stored = storedOf(values as unknown as readonly string[]);
      return fromDoc(table, stored, (row) => rowId(table, row) === id);
    },
    values: (id, row) => text.columns(row, id),
    put: (values) => void upsert.run(...values),
    remove: (id) => void (keyOf === undefined ? remove.run(id) : remove.run(...keyOf(id))),
  };
}

/** A list for each row: an object with the columns' names costs as much as half the search for it. */
function readerOf(select: StatementSync): (values: readonly string[]) => StoredRow {
  const names = select.columns().map(({ name }) => name);
  const [id, tenantId, recipientId, doc] = ["id", "tenantId", "recipientId", "doc"].map((name) =>
    names.indexOf(name),
  );
  select.setReturnArrays(true);
  const at = (values: readonly string[], place = -1): string | null => values[place] ?? null;
  return (values) => ({
    id: at(values, id) as string,
    tenantId: at(values, tenantId),
    recipientId: at(values, recipientId),
    doc: at(values, doc) as string,
  });
}
