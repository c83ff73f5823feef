import type { SQLInputValue } from "node:sqlite";
import { StorageUnavailable } from "../errors.ts";
import { type TableName, tableOrder, type Write } from "../port.ts";
import { fromDoc } from "./docs.ts";

/** A row that its table does not have yet. */
export interface Waiting {
  readonly write: Write;
  /** What its statement is given; null for a row that is removed. */
  readonly values: readonly SQLInputValue[] | null;
}

/** Neither is in an id, nor in JSON, which writes control characters as escapes. */
const fieldEnd = "\u001f";
const rowEnd = "\u001e";

/** A row's table, its id, those of its columns that its checksum covers, and its document, which comes last of its values. */
export function lineOf({ write, values }: Waiting): string {
  const doc = values === null ? "" : String(values.at(-1));
  return write.table + fieldEnd + write.id + fieldEnd + coveredColumns(write) + fieldEnd + doc + rowEnd;
}

/** As `columns` of the row's table gives them to `toDoc`. */
function coveredColumns({ table, row }: Write): string {
  if (row === null) return fieldEnd;
  switch (table) {
    case "recipient":
      return row.tenantId + fieldEnd;
    case "verification":
      return row.tenantId + fieldEnd + row.recipientId;
    case "delivery":
      return fieldEnd + row.recipientId;
    default:
      return fieldEnd;
  }
}

/**
 * The writes of a batch, in their order.
 * @throws StorageUnavailable for a text that is not what was written.
 */
export function writesIn(text: string): readonly Write[] {
  return text
    .split(rowEnd)
    .slice(0, -1)
    .map((line) => writeOf(line.split(fieldEnd)));
}

function writeOf([table, id, tenantId, recipientId, doc]: readonly string[]): Write {
  const isWhole = id !== undefined && doc !== undefined && tableOrder.includes(table as TableName);
  if (!isWhole) {
    throw new StorageUnavailable(
      "the journal is damaged: stop Countersign, keep a copy of the data folder, and restore the last backup",
    );
  }
  if (doc === "") return { table, id, row: null } as Write;
  const stored = { id, tenantId: tenantId ?? "", recipientId: recipientId ?? "", doc };
  return { table, id, row: fromDoc(table as TableName, stored, () => true) } as Write;
}
