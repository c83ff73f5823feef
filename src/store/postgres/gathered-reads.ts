import type pg from "pg";
import type { Key } from "../port.ts";
import { families, isBeside } from "./families.ts";
import { nameOf, type RawRow } from "./operation.ts";
import { keyParameters, readRecipients, readRows } from "./reads.ts";
import { familyParameters } from "./row-family.ts";

interface Waiting {
  readonly key: Key;
  readonly resolve: (row: RawRow | undefined) => void;
  readonly reject: (cause: unknown) => void;
}

type ReadRows = (statement: pg.QueryConfig, values: unknown[]) => Promise<readonly RawRow[]>;

const keysMax = 256;

/**
 * Rows by key, one statement for all that are asked for while the last one is under way. Nobody joins a statement that
 * was sent before the question: what was committed until then is seen.
 */
export class GatheredReads {
  readonly #query: ReadRows;
  #waiting: Waiting[] = [];
  #isBusy = false;

  constructor(query: ReadRows) {
    this.#query = query;
  }

  get(key: Key): Promise<RawRow | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, resolve, reject });
      if (this.#isBusy) return;
      this.#isBusy = true;
      // What is asked for in the same turn shares a statement.
      setImmediate(() => void this.#run());
    });
  }

  async #read(keys: readonly Key[]): Promise<readonly RawRow[]> {
    const hot = keys.filter(({ table }) => !isBeside(table));
    if (hot.length === keys.length) return await this.#readHot(keys);
    const found = await Promise.all([
      ...families.map((family) => {
        const values = familyParameters(family, keys);
        return values === null ? [] : this.#query(family.read, values);
      }),
      hot.length === 0 ? [] : this.#readHot(hot),
    ]);
    return found.flat();
  }

  #readHot(keys: readonly Key[]): Promise<readonly RawRow[]> {
    const values = keyParameters(keys);
    const isOneKind = keys.every(({ table }) => table === "recipient");
    return isOneKind ? this.#query(readRecipients, values.slice(0, 1)) : this.#query(readRows, values);
  }

  /** Never rejects: whoever asked is told. */
  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const asked = this.#waiting.splice(0, keysMax);
      try {
        const keys = new Map(asked.map(({ key }) => [nameOf(key), key]));
        const rows = await this.#read([...keys.values()]);
        const found = new Map(rows.map((row) => [`${row.kind}/${row.id}`, row]));
        for (const { key, resolve } of asked) resolve(found.get(nameOf(key)));
      } catch (cause) {
        for (const { reject } of asked) reject(cause);
      }
    }
    this.#isBusy = false;
  }
}
