import type { DatabaseSync } from "node:sqlite";
import { decodeVerification } from "../codec.ts";
import { rowId, type TableName, type Tables } from "../port.ts";
import { fromDoc, parseJson } from "./docs.ts";

/** A page of a table after a row, in the order of its key. */
const pages: { readonly [T in TableName]: string } = {
  recipient: "select id, doc from recipients where id > $id order by id limit $limit",
  verification: "select id, doc from verifications where id > $id order by id limit $limit",
  delivery: `select verification_id || '.' || sequence as id, doc from deliveries
    where (verification_id, sequence) > ($id, $sequence) order by verification_id, sequence limit $limit`,
  idempotency: "select id, doc from idempotency where id > $id order by id limit $limit",
  tenant: "select id, doc from tenants where id > $id order by id limit $limit",
  service: "select id, doc from services where id > $id order by id limit $limit",
  apiKey: "select id, doc from api_keys where id > $id order by id limit $limit",
};

/** Prepared when it is asked for: only a move reads whole tables. */
export function scan<T extends TableName>(
  database: DatabaseSync,
  table: T,
  after: Tables[T] | null,
  limit: number,
): readonly Tables[T][] {
  const statement = database.prepare(pages[table]);
  // Those that go by the id alone know no sequence number.
  statement.setAllowUnknownNamedParameters(true);
  const [id, sequence] = positionOf(table, after);
  const rows = statement.all({ id, sequence, limit }) as { id: string; doc: string }[];
  const decode = (table === "verification" ? decodeVerification : parseJson) as (json: string) => Tables[T];
  return rows.map((one) => fromDoc(one.doc, decode, (row) => rowId(table, row) === one.id));
}

function positionOf<T extends TableName>(table: T, after: Tables[T] | null): readonly [string, number] {
  if (after === null) return ["", 0];
  if (table !== "delivery") return [rowId(table, after), 0];
  const { verificationId, sequence } = after as Tables["delivery"];
  return [verificationId, sequence];
}
