import type { Key, TableName, Tables, Write } from "../port.ts";
import type { TableSet } from "./tables.ts";

/** Rows of the last few thousand verifications: about 1 KB each. */
const rowsMax = 8_192;

/**
 * The rows used last, as they are in the database. One process holds the data folder, so nothing changes them behind
 * our back. While a transaction is open, what it changes lies over them and is written once at the end, however many
 * operations of the batch touched the row.
 */
export class RowCache {
  readonly #committed = new Map<string, unknown>();
  #staged = new Map<string, Write>();

  read<T extends TableName>(key: Key<T>, tables: TableSet): Tables[T] | undefined {
    const name = `${key.table}/${key.id}`;
    const staged = this.#staged.get(name);
    if (staged !== undefined) return (staged.row ?? undefined) as Tables[T] | undefined;
    const cached = this.#committed.get(name);
    if (cached !== undefined) return cached as Tables[T];
    const row = tables[key.table].read(key.id);
    // What is not there is not remembered: new rows are mostly written right after the look.
    if (row !== undefined) this.#remember(name, row);
    return row;
  }

  begin(): void {
    this.#staged = new Map();
  }

  stage(write: Write): void {
    this.#staged.set(`${write.table}/${write.id}`, write);
  }

  flush(tables: TableSet): void {
    for (const { table, id, row } of this.#staged.values()) {
      if (row === null) tables[table].remove(id);
      else (tables[table] as { put(id: string, row: unknown): void }).put(id, row);
    }
  }

  commit(): void {
    for (const [name, { row }] of this.#staged) {
      if (row === null) this.#committed.delete(name);
      else this.#remember(name, row);
    }
    this.#staged = new Map();
  }

  rollback(): void {
    this.#staged = new Map();
  }

  clear(): void {
    this.#committed.clear();
  }

  #remember(name: string, row: unknown): void {
    // Delete first: a Map keeps the order of insertion, so the front is what was not used for longest.
    this.#committed.delete(name);
    this.#committed.set(name, row);
    if (this.#committed.size <= rowsMax) return;
    const oldest = this.#committed.keys().next();
    if (oldest.done !== true) this.#committed.delete(oldest.value);
  }
}
