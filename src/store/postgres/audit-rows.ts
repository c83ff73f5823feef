import { prepared, type Statement } from "./prepared.ts";
import { type RowFamily, rowFamily } from "./row-family.ts";
import type { TableText } from "./table-text.ts";

const readAuditRows: Statement = prepared(
  "read_audit_rows",
  `select 'audit' as kind, r.id as id, r.doc as doc from unnest($1::text[]) k (id)
     cross join lateral (select r.id, r.doc from audit r where r.id = k.id offset 0) r`,
);

const lockAuditRows: Statement = prepared(
  "lock_audit_rows",
  `with entry as materialized (
     select r.id, r.doc from audit r where r.id = any($1::text[]) order by r.id for update)
   select 'audit' as kind, id, doc from entry`,
);

/** Rows of the audit log, behind those of accounts. */
export const auditRows: RowFamily<"audit"> = rowFamily(["audit"], readAuditRows, lockAuditRows);

export type AuditTable = (typeof auditRows)["tables"][number];

export const auditTexts: { readonly audit: TableText<"audit"> } = {
  audit: {
    upsert: prepared(
      "put_audit",
      `insert into audit (id, doc) select * from unnest($1::text[], string_to_array($2, chr(30)))
       on conflict (id) do update set doc = excluded.doc`,
    ),
    remove: prepared("remove_audit", "delete from audit where id = any($1::text[])"),
    columns: (row) => [row.id],
  },
};
