import type { DatabaseSync } from "node:sqlite";
import { deliveryIdParts, rowId, type TableName, type Tables } from "../port.ts";
import type { StoredRow } from "../rows/index.ts";
import { fromDoc } from "./docs.ts";

/** A page of a table after a row, in the order of its key. */
const pages: { readonly [T in TableName]: string } = {
  recipient: `select id, tenant_id as "tenantId", doc from recipients where id > $id order by id limit $limit`,
  verification: `select id, tenant_id as "tenantId", recipient_id as "recipientId", doc
    from verifications where id > $id order by id limit $limit`,
  message: "select id, doc from messages where id > $id order by id limit $limit",
  endpoint: "select id, doc from endpoints where id > $id order by id limit $limit",
  event: "select id, doc from events where id > $id order by id limit $limit",
  optOut: "select id, doc from opt_outs where id > $id order by id limit $limit",
  delivery: `select verification_id || '.' || sequence as id, recipient_id as "recipientId", doc from deliveries
    where (verification_id, sequence) > ($id, $sequence) order by verification_id, sequence limit $limit`,
  subscriberName: "select id, doc from subscriber_names where id > $id order by id limit $limit",
  subscriber: "select id, doc from subscribers where id > $id order by id limit $limit",
  challenge: "select id, doc from challenges where id > $id order by id limit $limit",
  session: "select id, doc from sessions where id > $id order by id limit $limit",
  audit: "select id, doc from audit where id > $id order by id limit $limit",
  dataKeys: "select id, doc from data_keys where id > $id order by id limit $limit",
  rotation: "select id, doc from rotations where id > $id order by id limit $limit",
  idempotency: "select id, doc from idempotency where id > $id order by id limit $limit",
  tenant: "select id, doc from tenants where id > $id order by id limit $limit",
  service: "select id, doc from services where id > $id order by id limit $limit",
  apiKey: "select id, doc from api_keys where id > $id order by id limit $limit",
};

/** Prepared when it is asked for: only a move reads whole tables. */
export function scan<T extends TableName>(
  database: DatabaseSync,
  table: T,
  after: string | null,
  limit: number,
): readonly Tables[T][] {
  const statement = database.prepare(pages[table]);
  // Those that go by the id alone know no sequence number.
  statement.setAllowUnknownNamedParameters(true);
  const [id, sequence] = positionOf(table, after);
  const rows = statement.all({ id, sequence, limit }) as unknown as StoredRow[];
  return rows.map((stored) => fromDoc(table, stored, (row) => rowId(table, row) === stored.id));
}

function positionOf(table: TableName, after: string | null): readonly [string, number] {
  if (after === null) return ["", 0];
  if (table !== "delivery") return [after, 0];
  const { verificationId, sequence } = deliveryIdParts(after);
  return [verificationId, sequence];
}
