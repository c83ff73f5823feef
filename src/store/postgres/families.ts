import type { TableName } from "../port.ts";
import { type AccountTable, accountRows } from "./account-rows.ts";
import { type AuditTable, auditRows } from "./audit-rows.ts";
import { type DataKeyTable, dataKeyRows } from "./data-key-rows.ts";
import type { RowFamily } from "./row-family.ts";
import { type WebhookTable, webhookRows } from "./webhook-rows.ts";

/** The kinds of rows beside the hot path, in the order in which all nodes lock them. */
export const families: readonly RowFamily[] = [webhookRows, accountRows, auditRows, dataKeyRows];

export type TableBeside = WebhookTable | AccountTable | AuditTable | DataKeyTable;

const tablesBeside: ReadonlySet<TableName> = new Set(families.flatMap(({ tables }) => tables));

export function isBeside(table: TableName): table is TableBeside {
  return tablesBeside.has(table);
}
