import type { Key, Rows, TableName, Tables, UpdateDecision } from "../port.ts";
import type { StoredRow } from "../rows/index.ts";
import { type AnyKey, ByKey } from "./by-key.ts";

/** One update on its way. */
export interface Operation {
  /** Grows when a decision learns of further rows. They are few. */
  readonly keys: Key[];
  readonly decide: (rows: Rows, now: number) => UpdateDecision<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: unknown) => void;
  tries: number;
  /** How often its decision asked for further rows. */
  needs: number;
}

/** A row as a statement gives it. */
export interface RawRow extends StoredRow {
  readonly kind: TableName;
}

/** Rows that are locked, or whose absence is: undefined where there is none. */
export type HeldRows = ByKey<unknown>;

export function nameOf({ table, id }: AnyKey): string {
  return `${table}/${id}`;
}

export function learn(operation: Operation, keys: readonly Key[]): void {
  for (const key of keys) if (!asksFor(operation, key)) operation.keys.push(key);
}

function asksFor({ keys }: Operation, { table, id }: AnyKey): boolean {
  for (const one of keys) if (one.table === table && one.id === id) return true;
  return false;
}

export function allKeys(batch: readonly Operation[]): Key[] {
  const keys = new ByKey<Key>();
  for (const operation of batch) for (const key of operation.keys) keys.set(key, key);
  return keys.values();
}

/** What an operation may see of the rows of its batch: only what it asked for. */
class SeenRows implements Rows {
  readonly #operation: Operation;
  readonly #rows: Pick<HeldRows, "get">;

  constructor(operation: Operation, rows: Pick<HeldRows, "get">) {
    this.#operation = operation;
    this.#rows = rows;
  }

  has(key: Key): boolean {
    return asksFor(this.#operation, key);
  }

  get<T extends TableName>(key: Key<T>): Tables[T] | undefined {
    if (!asksFor(this.#operation, key)) throw new RangeError(`${key.table} ${key.id} was not loaded`);
    return this.#rows.get(key) as Tables[T] | undefined;
  }
}

export function rowsOf(operation: Operation, held: Pick<HeldRows, "get">): Rows {
  return new SeenRows(operation, held);
}

/** What a decision will ask for, as far as a run on these rows can tell. */
export function needOf(operation: Operation, rows: Pick<HeldRows, "get">, now: number): readonly Key[] {
  try {
    const decision = operation.decide(rowsOf(operation, rows), now);
    return "need" in decision ? decision.need : [];
  } catch {
    // It will throw again on the locked rows, and then it counts.
    return [];
  }
}
