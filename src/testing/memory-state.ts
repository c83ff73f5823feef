import { readFileSync, writeFileSync } from "node:fs";
import { StorageUnavailable, type TableName, type Tables, tableOrder, type Write } from "../store/index.ts";

type Maps = { readonly [T in TableName]: Map<string, Tables[T]> };

/** All that a memory store holds. */
export interface State {
  readonly rows: Maps;
  readonly meta: Map<string, string>;
  /** The number of each endpoint's last change, the latest last; those of removed ones stay. */
  readonly endpointChanges: Map<string, number>;
}

/** A store of nobody. */
export function emptyState(): State {
  const rows = Object.fromEntries(tableOrder.map((table) => [table, new Map()])) as unknown as Maps;
  return { rows, meta: new Map(), endpointChanges: new Map() };
}

/** The rows of one table, by id. */
export function mapOf<T extends TableName>(state: State, table: T): Map<string, Tables[T]> {
  return state.rows[table] as Map<string, Tables[T]>;
}

/** Everything or nothing: what a database would refuse is refused before the first row changes. */
export function apply(state: State, writes: readonly Write[]): void {
  for (const { table, id, row } of writes) {
    if (table !== "apiKey" || row === null) continue;
    const twin = [...state.rows.apiKey.values()].some((one) => one.digest === row.digest && one.id !== id);
    if (twin) throw new StorageUnavailable("the update could not be written: two keys with one digest");
  }
  const kept = writes.map((write) => ({ ...write, row: write.row === null ? null : frozenCopy(write.row) }));
  for (const { table, id, row } of kept) {
    if (table === "endpoint") noteEndpoint(state, id);
    if (row === null) mapOf(state, table).delete(id);
    else mapOf(state, table).set(id, row as Tables[typeof table]);
  }
}

function noteEndpoint({ endpointChanges }: State, id: string): void {
  const revision = latestEndpointChange({ endpointChanges }) + 1;
  endpointChanges.delete(id);
  endpointChanges.set(id, revision);
}

export function latestEndpointChange({ endpointChanges }: Pick<State, "endpointChanges">): number {
  return Math.max(0, ...endpointChanges.values());
}

/** By way of JSON, like every real store: what does not survive that must not be relied upon. */
function frozenCopy<R>(row: R): R {
  return JSON.parse(JSON.stringify(row), (_name, value: unknown) => Object.freeze(value)) as R;
}

/** A backup, which `readState` reads. */
export function writeState(state: State, path: string): void {
  const rows = Object.fromEntries(tableOrder.map((table) => [table, [...state.rows[table]]]));
  writeFileSync(path, JSON.stringify({ rows, meta: [...state.meta] }), { mode: 0o600 });
}

/** What `writeState` wrote. */
export function readState(path: string): State {
  const text = readFileSync(path, "utf8");
  const saved = JSON.parse(text) as { rows: Record<string, [string, never][]>; meta: [string, string][] };
  const state = emptyState();
  for (const table of tableOrder) {
    for (const [id, row] of saved.rows[table] ?? []) mapOf(state, table).set(id, frozenCopy(row));
  }
  for (const [name, value] of saved.meta) state.meta.set(name, value);
  return state;
}
