import type pg from "pg";
import type { TableName, Tables } from "../port.ts";

/** How rows of one kind are written: the columns as arrays, all rows of a batch in one statement. */
export interface TableText<T extends TableName> {
  readonly upsert: pg.QueryConfig;
  readonly remove: pg.QueryConfig;
  readonly columns: (row: Tables[T]) => readonly unknown[];
}
