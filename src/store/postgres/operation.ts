import type { Key, Rows, TableName, Tables, UpdateDecision } from "../port.ts";
import { decodeRow, type StoredRow } from "../rows/index.ts";

/** One update on its way. */
export interface Operation {
  /** Grows when a decision learns of further rows. */
  readonly keys: Map<string, Key>;
  readonly decide: (rows: Rows, now: number) => UpdateDecision<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: unknown) => void;
  tries: number;
  /** How often its decision asked for further rows. */
  needs: number;
}

/** A row as a statement gives it; the last one of a statement is the time. */
export interface RawRow extends StoredRow {
  readonly kind: TableName | "now";
}

/** Rows by the name of their key. */
export type LoadedRows = Map<string, unknown>;

export function nameOf(key: { readonly table: TableName; readonly id: string }): string {
  return `${key.table}/${key.id}`;
}

export function learn(operation: Operation, keys: readonly Key[]): void {
  for (const key of keys) operation.keys.set(nameOf(key), key);
}

export function allKeys(batch: readonly Operation[]): Key[] {
  const keys = new Map<string, Key>();
  for (const operation of batch) for (const [name, key] of operation.keys) keys.set(name, key);
  return [...keys.values()];
}

/** The rows, the time that came with them, and what the statement says beside the time. */
export function decodeAll(raw: readonly RawRow[]): { rows: LoadedRows; now: number; note: string } {
  const rows: LoadedRows = new Map();
  let now = Number.NaN;
  let note = "";
  for (const one of raw) {
    const { kind, id } = one;
    if (kind !== "now") {
      rows.set(nameOf({ table: kind, id }), decodeRow(kind, one));
      continue;
    }
    now = Number(one.doc);
    note = id;
  }
  return { rows, now, note };
}

/** What an operation may see of the rows of its batch: only what it asked for. */
export function rowsOf(operation: Operation, loaded: ReadonlyMap<string, unknown>): Rows {
  return {
    has: (key) => operation.keys.has(nameOf(key)),
    get: <T extends TableName>(key: Key<T>) => {
      if (!operation.keys.has(nameOf(key))) throw new RangeError(`${key.table} ${key.id} was not loaded`);
      return loaded.get(nameOf(key)) as Tables[T] | undefined;
    },
  };
}

/** What a decision will ask for, as far as a look without locks can tell. */
export function needOf(
  operation: Operation,
  seen: ReadonlyMap<string, unknown>,
  now: number,
): readonly Key[] {
  try {
    const decision = operation.decide(rowsOf(operation, seen), now);
    return "need" in decision ? decision.need : [];
  } catch {
    // It will throw again on the locked rows, and then it counts.
    return [];
  }
}
