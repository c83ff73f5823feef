import type pg from "pg";
import { deliveryIdParts, type TableName, type Tables } from "../port.ts";
import { decodeRow, type StoredRow } from "../rows/index.ts";
import { prepared } from "./prepared.ts";

/** A page of a table after a row, in the order of its key. */
const pages: { readonly [T in TableName]: pg.QueryConfig } = {
  recipient: prepared(
    "scan_recipients",
    `select id, tenant_id as "tenantId", doc from recipients where id > $1 order by id limit $2`,
  ),
  verification: prepared(
    "scan_verifications",
    `select id, tenant_id as "tenantId", recipient_id as "recipientId", doc
      from verifications where id > $1::uuid order by id limit $2`,
  ),
  message: prepared("scan_messages", "select doc from messages where id > $1 order by id limit $2"),
  endpoint: prepared("scan_endpoints", "select doc from endpoints where id > $1 order by id limit $2"),
  event: prepared("scan_events", "select doc from events where id > $1 order by id limit $2"),
  optOut: prepared("scan_opt_outs", "select id, doc from opt_outs where id > $1 order by id limit $2"),
  delivery: prepared(
    "scan_deliveries",
    `select verification_id || '.' || sequence as id, recipient_id as "recipientId", doc from deliveries where (verification_id, sequence) > ($1::uuid, $3::int)
      order by verification_id, sequence limit $2`,
  ),
  subscriberName: prepared(
    "scan_subscriber_names",
    "select id, doc from subscriber_names where id > $1 order by id limit $2",
  ),
  subscriber: prepared(
    "scan_subscribers",
    "select id, doc from subscribers where id > $1 order by id limit $2",
  ),
  challenge: prepared("scan_challenges", "select id, doc from challenges where id > $1 order by id limit $2"),
  session: prepared("scan_sessions", "select id, doc from sessions where id > $1 order by id limit $2"),
  audit: prepared("scan_audit", "select id, doc from audit where id > $1 order by id limit $2"),
  dataKeys: prepared("scan_data_keys", "select id, doc from data_keys where id > $1 order by id limit $2"),
  rotation: prepared("scan_rotations", "select id, doc from rotations where id > $1 order by id limit $2"),
  idempotency: prepared(
    "scan_idempotency",
    "select id, doc from idempotency where id > $1 order by id limit $2",
  ),
  tenant: prepared("scan_tenants", "select id, doc from tenants where id > $1 order by id limit $2"),
  service: prepared("scan_services", "select id, doc from services where id > $1 order by id limit $2"),
  apiKey: prepared("scan_api_keys", "select id, doc from api_keys where id > $1 order by id limit $2"),
};

/** Sorts before every UUID of ours. */
const firstUuid = "00000000-0000-0000-0000-000000000000";

export async function scan<T extends TableName>(
  query: (statement: pg.QueryConfig, values: unknown[]) => Promise<StoredRow[]>,
  table: T,
  after: string | null,
  limit: number,
): Promise<readonly Tables[T][]> {
  const rows = await query(pages[table], [...positionOf(table, after, limit)]);
  return rows.map((row) => decodeRow(table, row));
}

function positionOf(table: TableName, after: string | null, limit: number): readonly unknown[] {
  if (table === "delivery") {
    const last = after === null ? { verificationId: firstUuid, sequence: 0 } : deliveryIdParts(after);
    return [last.verificationId, limit, last.sequence];
  }
  return [after ?? (table === "verification" ? firstUuid : ""), limit];
}
