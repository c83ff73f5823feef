import { createHash } from "node:crypto";
import { everyRow } from "../every-row.ts";
import { key, rowId, type Store, scanKey, type TableName, type Tables, type Write } from "../port.ts";

const toldRows = 500;
const writeRows = 200;
const writesAtOnce = 4;

/** How many rows of one kind, and a digest of all of them in key order. */
export interface TableDigest {
  readonly rows: number;
  readonly digest: string;
}

type Row = Tables[TableName];

/**
 * Makes the rows of one kind on `target` those of `source`: what is missing or differs is written, what is only there
 * is removed. Run again after it was cut short, it goes on with what is left. `onRows` hears how many were looked at.
 */
export async function copyRows(
  source: Store,
  target: Store,
  table: TableName,
  onRows: (rows: number) => void,
): Promise<void> {
  const writer = new Writer(target, table);
  const there: AsyncGenerator<Row> = everyRow(target, table);
  let theirs = await there.next();
  let rows = 0;
  for await (const row of everyRow(source, table)) {
    const at = scanKey(table, row);
    while (theirs.done !== true && scanKey(table, theirs.value) < at) {
      await writer.add(theirs.value, null);
      theirs = await there.next();
    }
    const isThere = theirs.done !== true && scanKey(table, theirs.value) === at;
    if (!isThere || canonical(theirs.value) !== canonical(row)) await writer.add(row, row);
    if (isThere) theirs = await there.next();
    rows += 1;
    if (rows % toldRows === 0) onRows(rows);
  }
  for (; theirs.done !== true; theirs = await there.next()) await writer.add(theirs.value, null);
  await writer.finish();
  onRows(rows);
}

/** Writes in transactions of a bounded size, a bounded number of them at once. */
class Writer {
  readonly #store: Store;
  readonly #table: TableName;
  #writes: Write[] = [];
  readonly #under = new Set<Promise<void>>();
  #failure: { readonly cause: unknown } | null = null;

  constructor(store: Store, table: TableName) {
    this.#store = store;
    this.#table = table;
  }

  async add(at: Row, row: Row | null): Promise<void> {
    this.#writes.push({ table: this.#table, id: rowId(this.#table, at), row } as Write);
    if (this.#writes.length >= writeRows) this.#send();
    if (this.#under.size >= writesAtOnce) await Promise.race(this.#under);
    this.#throwFailure();
  }

  async finish(): Promise<void> {
    this.#send();
    await Promise.all(this.#under);
    this.#throwFailure();
  }

  #send(): void {
    const writes = this.#writes;
    this.#writes = [];
    if (writes.length === 0) return;
    const keys = writes.map(({ table, id }) => key(table, id));
    const sent: Promise<void> = this.#store
      .update(keys, () => ({ writes, result: undefined }))
      .catch((cause: unknown) => {
        this.#failure ??= { cause };
      })
      .finally(() => this.#under.delete(sent));
    this.#under.add(sent);
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure.cause;
  }
}

/** Of what the rows say, not of how a store writes it. */
export async function digestOf(store: Store, table: TableName): Promise<TableDigest> {
  const hash = createHash("sha256");
  let rows = 0;
  for await (const row of everyRow(store, table)) {
    hash.update(canonical(row)).update("\n");
    rows += 1;
  }
  return { rows, digest: hash.digest("hex").slice(0, 16) };
}

/** JSON with its names in one order. */
function canonical(row: unknown): string {
  return JSON.stringify(row, (_name, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
