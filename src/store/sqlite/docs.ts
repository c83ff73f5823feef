import { crc32 } from "node:zlib";
import { StorageUnavailable } from "../errors.ts";
import type { TableName, Tables } from "../port.ts";
import { decodeRow, encodeRow, type StoredRow } from "../rows/index.ts";

const sumLength = 8;

/** Of each byte: `toString(16)` of a number that is no small integer takes longer than its checksum. */
const hexOfByte: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, "0"),
);

function hexOf(byte: number): string {
  return hexOfByte[byte] as string;
}

/** Of everything that makes up the row, the columns that are part of it included. */
function sumOf(id: string, tenantId: string, recipientId: string, json: string): string {
  const sum = crc32(`${id}\n${tenantId}\n${recipientId}\n${json}`);
  return hexOf(sum >>> 24) + hexOf((sum >>> 16) & 0xff) + hexOf((sum >>> 8) & 0xff) + hexOf(sum & 0xff);
}

/**
 * A row's JSON behind its checksum. SQLite notices damage to its own structure but not to what is in the rows, and a
 * flipped bit in a counter would give somebody more guesses.
 */
export function toDoc<T extends TableName>(
  table: T,
  row: Tables[T],
  id: string,
  columns: { readonly tenantId?: string; readonly recipientId?: string },
): string {
  const json = encodeRow(table, row);
  return sumOf(id, columns.tenantId ?? "", columns.recipientId ?? "", json) + json;
}

/**
 * Damage to a key would hand out somebody else's intact row: what comes back must be what was asked for.
 * @throws StorageUnavailable when the row is not what was written, or not the one that was asked for.
 */
export function fromDoc<T extends TableName>(
  table: T,
  stored: StoredRow,
  isAskedFor: (row: Tables[T]) => boolean,
): Tables[T] {
  const { id, tenantId, recipientId } = stored;
  const doc = stored.doc.slice(sumLength);
  if (stored.doc.slice(0, sumLength) === sumOf(id, tenantId ?? "", recipientId ?? "", doc)) {
    const row = decodeRow(table, { ...stored, doc });
    if (isAskedFor(row)) return row;
  }
  throw new StorageUnavailable(
    "a row is damaged: stop Countersign, keep a copy of the data folder, and restore the last backup",
  );
}
