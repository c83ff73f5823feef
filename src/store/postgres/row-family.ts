import type { Key, TableName } from "../port.ts";
import { prepared, type Statement } from "./prepared.ts";

/**
 * Kinds of rows beside the hot path: no statement of a batch mentions them that has no key of theirs. Each statement
 * takes a list of ids for each kind, in the order of `tables`.
 */
export interface RowFamily<T extends TableName = TableName> {
  readonly tables: readonly T[];
  readonly read: Statement;
  /** Kind by kind in key order. */
  readonly lock: Statement;
  /** The same, of the rows that nobody holds. */
  readonly lockFree: Statement;
}

export function rowFamily<const T extends TableName>(
  tables: readonly T[],
  read: Statement,
  lock: Statement,
): RowFamily<T> {
  return { tables, read, lock, lockFree: skipping(lock) };
}

export function skipping({ name, text }: Statement): Statement {
  return prepared(`${name}_free`, text.replaceAll("for update", "for update skip locked"));
}

/** The keys of a family as the parameters of its statements; null where there are none. */
export function familyParameters({ tables }: RowFamily, keys: readonly Key[]): string[][] | null {
  const lists: string[][] = tables.map(() => []);
  for (const { table, id } of keys) {
    const place = tables.indexOf(table);
    // What can have no row would make the whole statement fail: ids come from callers.
    if (place >= 0 && !id.includes("\0")) lists[place]?.push(id);
  }
  return lists.some((one) => one.length > 0) ? lists : null;
}
