import type { TableName, Tables } from "../port.ts";
import type { Statement } from "./prepared.ts";

/** How rows of one kind are written: a list for each column and one of the documents, all rows of a batch in one statement. */
export interface TableText<T extends TableName> {
  /** The documents are its last argument. */
  readonly upsert: Statement;
  readonly remove: Statement;
  /** Those beside the document. */
  readonly columns: (row: Tables[T]) => readonly (string | number | null)[];
}
