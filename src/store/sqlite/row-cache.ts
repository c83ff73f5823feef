import { type Key, type TableName, type Tables, tableOrder, type Write } from "../port.ts";

/** Rows of the last few thousand verifications: about 1 KB each. */
const rowsMax = 8_192;

/** Where rows are that the cache does not have. */
export interface RowSource {
  read<T extends TableName>(key: Key<T>): Tables[T] | undefined;
}

type Rows = { readonly [T in TableName]: Map<string, unknown> };
type Staged = { [T in TableName]?: Map<string, Write> };

function emptyRows(): Rows {
  return Object.fromEntries(tableOrder.map((table) => [table, new Map()])) as unknown as Rows;
}

/**
 * The rows used last, as they are in the database. One process holds the data folder, so nothing changes them behind
 * our back. While a transaction is open, what it changes lies over them and is written once at the end, however many
 * operations of the batch touched the row. Rows are shared with whoever reads them and must never be changed in place;
 * frozen, they say so.
 *
 * Two generations instead of an exact order of use: what was not used while half the bound went by is forgotten, and
 * a hit costs nothing but the look (measured: an ordered map took 8 us of a start and check).
 */
export class RowCache {
  readonly #freezeRows: boolean;
  #young: Rows = emptyRows();
  #old: Rows = emptyRows();
  #youngSize = 0;
  #oldSize = 0;
  /**
   * Made anew for each transaction, since a map that is cleared leaves its table behind, with all that was in it and a
   * reference to the next one: V8 then keeps the rows of every batch until it collects everything (ADR 67).
   */
  #staged: Staged = {};

  constructor(freezeRows: boolean) {
    this.#freezeRows = freezeRows;
  }

  read<T extends TableName>(key: Key<T>, source: RowSource): Tables[T] | undefined {
    const staged = this.#staged[key.table]?.get(key.id);
    if (staged !== undefined) return (staged.row ?? undefined) as Tables[T] | undefined;
    const young = this.#young[key.table].get(key.id);
    if (young !== undefined) return young as Tables[T];
    const old = this.#old[key.table].get(key.id);
    const row = old === undefined ? source.read(key) : (old as Tables[T]);
    // What is not there is not remembered: new rows are mostly written right after the look.
    if (row !== undefined) this.#remember(key.table, key.id, row);
    return row;
  }

  get size(): number {
    return this.#youngSize + this.#oldSize;
  }

  begin(): void {
    this.rollback();
  }

  stage(write: Write): void {
    if (this.#freezeRows) deepFreeze(write.row);
    const staged = this.#staged[write.table] ?? new Map<string, Write>();
    this.#staged[write.table] = staged;
    staged.set(write.id, write);
  }

  /** What the transaction writes: each row once, a table after the other. */
  staged(): readonly Write[] {
    const writes: Write[] = [];
    for (const table of tableOrder)
      for (const write of this.#staged[table]?.values() ?? []) writes.push(write);
    return writes;
  }

  commit(): void {
    for (const table of tableOrder) {
      for (const { id, row } of this.#staged[table]?.values() ?? []) {
        if (row !== null) this.#remember(table, id, row);
        else {
          this.#young[table].delete(id);
          this.#old[table].delete(id);
        }
      }
    }
    this.rollback();
  }

  rollback(): void {
    this.#staged = {};
  }

  clear(): void {
    this.#young = emptyRows();
    this.#old = emptyRows();
    this.#youngSize = 0;
    this.#oldSize = 0;
  }

  /** May count a row twice that lies in both generations: the bound holds all the more. */
  #remember(table: TableName, id: string, row: unknown): void {
    if (this.#freezeRows) deepFreeze(row);
    const rows = this.#young[table];
    const before = rows.size;
    rows.set(id, row);
    this.#youngSize += rows.size - before;
    if (this.#youngSize < rowsMax / 2) return;
    this.#old = this.#young;
    this.#oldSize = this.#youngSize;
    this.#young = emptyRows();
    this.#youngSize = 0;
  }
}

function deepFreeze(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const part of Object.values(value)) deepFreeze(part);
}
