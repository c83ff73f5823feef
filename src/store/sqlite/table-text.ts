import type { SQLInputValue } from "node:sqlite";
import type { TableName, Tables } from "../port.ts";

/** The statements of one kind of row, and what its columns hold. */
export interface TableText<T extends TableName> {
  readonly select: string;
  readonly upsert: string;
  readonly remove: string;
  readonly columns: (row: Tables[T], id: string) => SQLInputValue[];
  /** The primary key, where it is not just the id. */
  readonly keyOf?: (id: string) => SQLInputValue[];
}
