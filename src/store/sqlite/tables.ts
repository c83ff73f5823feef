import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { alarmAt, isOpen } from "../../verification/index.ts";
import { decodeVerification, encodeVerification } from "../codec.ts";
import { deliveryId, type TableName, type Tables } from "../port.ts";
import { fromDoc, parseJson, toDoc } from "./docs.ts";

/** How one kind of row is found, written and removed. Statements are prepared once. */
interface Table<T extends TableName> {
  read(id: string): Tables[T] | undefined;
  put(id: string, row: Tables[T]): void;
  remove(id: string): void;
}

export type TableSet = { readonly [T in TableName]: Table<T> };

interface TableText<T extends TableName> {
  readonly select: string;
  readonly upsert: string;
  readonly remove: string;
  readonly columns: (row: Tables[T], id: string) => SQLInputValue[];
  readonly decode?: (json: string) => Tables[T];
  /** The id under which a row is kept. */
  readonly idOf: (row: Tables[T]) => string;
  /** The primary key, where it is not just the id. */
  readonly keyOf?: (id: string) => SQLInputValue[];
}

const texts: { readonly [T in TableName]: TableText<T> } = {
  recipient: {
    idOf: ({ id }) => id,
    select: "select doc from recipients where id = ?",
    upsert: `insert into recipients (id, tenant_id, last_seen_at, doc) values (?, ?, ?, ?)
      on conflict (id) do update set last_seen_at = excluded.last_seen_at, doc = excluded.doc`,
    remove: "delete from recipients where id = ?",
    columns: (row) => [row.id, row.tenantId, row.lastSeenAt, toDoc(JSON.stringify(row))],
  },
  verification: {
    idOf: ({ id }) => id,
    select: "select doc from verifications where id = ?",
    upsert: `insert into verifications (id, tenant_id, recipient_id, status, alarm_at, doc) values (?, ?, ?, ?, ?, ?)
      on conflict (id) do update set status = excluded.status, alarm_at = excluded.alarm_at, doc = excluded.doc`,
    remove: "delete from verifications where id = ?",
    columns: (row) => [
      row.id,
      row.tenantId,
      row.recipientId,
      row.status,
      alarmAt(row),
      toDoc(encodeVerification(row)),
    ],
    decode: decodeVerification,
  },
  delivery: {
    idOf: ({ verificationId, sequence }) => deliveryId(verificationId, sequence),
    select: "select doc from deliveries where verification_id = ? and sequence = ?",
    upsert: `insert into deliveries (verification_id, sequence, recipient_id, due_at, doc) values (?, ?, ?, ?, ?)
      on conflict (verification_id, sequence) do update set due_at = excluded.due_at, doc = excluded.doc`,
    remove: "delete from deliveries where verification_id = ? and sequence = ?",
    columns: (row) => [
      row.verificationId,
      row.sequence,
      row.recipientId,
      isOpen(row) ? row.dueAt : null,
      toDoc(JSON.stringify(row)),
    ],
    keyOf: (id) => {
      const dot = id.lastIndexOf(".");
      return [id.slice(0, dot), Number(id.slice(dot + 1))];
    },
  },
  idempotency: {
    idOf: ({ id }) => id,
    select: "select doc from idempotency where id = ?",
    upsert: `insert into idempotency (id, created_at, doc) values (?, ?, ?)
      on conflict (id) do update set created_at = excluded.created_at, doc = excluded.doc`,
    remove: "delete from idempotency where id = ?",
    columns: (row) => [row.id, row.createdAt, toDoc(JSON.stringify(row))],
  },
  tenant: {
    idOf: ({ id }) => id,
    select: "select doc from tenants where id = ?",
    upsert: "insert into tenants (id, doc) values (?, ?) on conflict (id) do update set doc = excluded.doc",
    remove: "delete from tenants where id = ?",
    columns: (row) => [row.id, toDoc(JSON.stringify(row))],
  },
  service: {
    idOf: ({ id }) => id,
    select: "select doc from services where id = ?",
    upsert: `insert into services (id, tenant_id, doc) values (?, ?, ?)
      on conflict (id) do update set doc = excluded.doc`,
    remove: "delete from services where id = ?",
    columns: (row) => [row.id, row.tenantId, toDoc(JSON.stringify(row))],
  },
  apiKey: {
    idOf: ({ id }) => id,
    select: "select doc from api_keys where id = ?",
    upsert: `insert into api_keys (id, tenant_id, digest, doc) values (?, ?, ?, ?)
      on conflict (id) do update set digest = excluded.digest, doc = excluded.doc`,
    remove: "delete from api_keys where id = ?",
    columns: (row) => [row.id, row.tenantId, row.digest, toDoc(JSON.stringify(row))],
  },
};

export function prepareTables(database: DatabaseSync): TableSet {
  return {
    recipient: prepareTable(database, texts.recipient),
    verification: prepareTable(database, texts.verification),
    delivery: prepareTable(database, texts.delivery),
    idempotency: prepareTable(database, texts.idempotency),
    tenant: prepareTable(database, texts.tenant),
    service: prepareTable(database, texts.service),
    apiKey: prepareTable(database, texts.apiKey),
  };
}

function prepareTable<T extends TableName>(database: DatabaseSync, text: TableText<T>): Table<T> {
  const select = database.prepare(text.select);
  const upsert = database.prepare(text.upsert);
  const remove = database.prepare(text.remove);
  const keyOf = text.keyOf ?? ((id: string): SQLInputValue[] => [id]);
  const decode = text.decode ?? parseJson<Tables[T]>;
  return {
    read(id) {
      const doc = docOf(select, keyOf(id));
      return doc === undefined ? undefined : fromDoc(doc, decode, (row) => text.idOf(row) === id);
    },
    put: (id, row) => void upsert.run(...text.columns(row, id)),
    remove: (id) => void remove.run(...keyOf(id)),
  };
}

function docOf(select: StatementSync, key: SQLInputValue[]): string | undefined {
  const row = select.get(...key) as { doc: string } | undefined;
  return row?.doc;
}
