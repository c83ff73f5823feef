import type { Key, TableName } from "../port.ts";

/** Any key, also one that is part of something larger. */
export type AnyKey = Pick<Key, "table" | "id">;

/** Values by the key of a row, without a name made of both: making and hashing those was a tenth of a batch's time. */
export class ByKey<V> {
  readonly #tables = new Map<TableName, Map<string, V>>();

  get({ table, id }: AnyKey): V | undefined {
    return this.#tables.get(table)?.get(id);
  }

  has({ table, id }: AnyKey): boolean {
    return this.#tables.get(table)?.has(id) ?? false;
  }

  set({ table, id }: AnyKey, value: V): void {
    const values = this.#tables.get(table);
    if (values === undefined) this.#tables.set(table, new Map([[id, value]]));
    else values.set(id, value);
  }

  delete({ table, id }: AnyKey): void {
    this.#tables.get(table)?.delete(id);
  }

  /** Kind by kind, in the order in which they came. */
  values(): V[] {
    return [...this.#tables.values()].flatMap((values) => [...values.values()]);
  }
}
