import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { StorageUnavailable } from "../errors.ts";
import type { Key, TableName, Tables, Write } from "../port.ts";
import { createPlaces, type JournalPlaces } from "./journal-places.ts";
import { lineOf, type Waiting, writesIn } from "./journal-text.ts";
import type { TableSet } from "./tables.ts";

/** Those of starts and checks. No constraint can refuse a row of theirs later on that was taken once. */
const journaled = ["recipient", "verification", "delivery", "idempotency"] as const;

type Journaled = (typeof journaled)[number];
type Rows = { readonly [T in Journaled]: Map<string, Waiting> };

function noRows(): Rows {
  return { recipient: new Map(), verification: new Map(), delivery: new Map(), idempotency: new Map() };
}

/** Fewer rows than that go straight into their tables: a small commit gains nothing by being put off. */
export const journaledMinUsual = 16;

/** What waits holds up the event loop when it is folded, a few microseconds a row. */
const waitingMax = 1_024;

/** More than that waits only where folding failed again and again. */
const waitingBound = 16 * waitingMax;

/**
 * What large batches wrote, one text a batch, and what is not yet in the tables (ADR 56). A row that several batches
 * change within a tenth of a second is written to its table and its indexes once, and what was due and is done never
 * enters the index of what is due. A text is in the same database and in the same commit as everything else of its batch:
 * what was acknowledged is in a table or in the journal, whenever the process ends.
 */
export class Journal {
  readonly #database: DatabaseSync;
  readonly #tables: TableSet;
  readonly #places: JournalPlaces;
  readonly #min: number;
  /** Other maps after each fold: see `RowCache`. */
  #waiting: Rows = noRows();
  #size = 0;
  /** Of the transaction that is open. */
  #appended: Waiting[] = [];

  constructor(database: DatabaseSync, tables: TableSet, journaledMin: number = journaledMinUsual) {
    this.#database = database;
    this.#tables = tables;
    this.#min = journaledMin;
    this.#places = createPlaces(database);
    this.#recover();
  }

  read<T extends TableName>({ table, id }: Key<T>): Tables[T] | undefined {
    const waiting = isJournaled(table) ? this.#waiting[table].get(id) : undefined;
    if (waiting !== undefined) return (waiting.write.row ?? undefined) as Tables[T] | undefined;
    return this.#tables[table].read(id) as Tables[T] | undefined;
  }

  /** In a transaction, whose end is told by `committed` or `rolledBack`. */
  write(writes: readonly Write[]): void {
    if (this.#size > waitingBound) {
      throw new StorageUnavailable(
        `${this.#size} rows cannot be written to their tables: is there room on the disk?`,
      );
    }
    // A row must not go into its table before an older one that waits.
    const isDirect = this.#size === 0 && writes.length < this.#min;
    let hasAppended = false;
    for (const write of writes) {
      const waiting = this.#waitingFor(write);
      if (isDirect || !isJournaled(write.table)) this.#put(waiting);
      else {
        this.#appended.push(waiting);
        this.#places.add(lineOf(waiting));
        hasAppended = true;
      }
    }
    if (hasAppended) this.#places.append();
  }

  committed(): void {
    if (this.#appended.length === 0) return;
    for (const waiting of this.#appended) this.#remember(waiting);
    this.#appended = [];
    this.#places.committed();
  }

  rolledBack(): void {
    this.#appended = [];
    this.#places.rolledBack();
  }

  get isFull(): boolean {
    return this.#size >= waitingMax;
  }

  /** Writes what waits into the tables, for whoever reads these past the rows by key; all where none is named. */
  fold(...tables: readonly TableName[]): void {
    if (this.#size === 0) return;
    if (tables.length > 0 && !tables.some((table) => isJournaled(table) && this.#waiting[table].size > 0))
      return;
    this.#transaction(() => {
      for (const table of journaled) for (const one of this.#waiting[table].values()) this.#put(one);
      this.#places.markFolded();
    });
    this.#waiting = noRows();
    this.#size = 0;
    this.#places.folded();
  }

  /** Overwrites the texts of what was folded: they may hold what was erased since (K-2). */
  scrub(): void {
    this.fold();
    this.#transaction(() => this.#places.scrub());
  }

  /** What a process left behind that ended without closing its store. */
  #recover(): void {
    for (const text of this.#places.left()) {
      for (const write of writesIn(text)) this.#remember(this.#waitingFor(write));
    }
    this.fold();
  }

  #transaction(work: () => void): void {
    this.#database.exec("begin immediate");
    try {
      work();
      this.#database.exec("commit");
    } catch (cause) {
      // A full disk has rolled it back already.
      if (this.#database.isTransaction) this.#database.exec("rollback");
      throw cause;
    }
  }

  #waitingFor(write: Write): Waiting {
    const { table, id, row } = write;
    if (row === null) return { write, values: null };
    const of = this.#tables[table] as { values(id: string, row: unknown): SQLInputValue[] };
    return { write, values: of.values(id, row) };
  }

  #put({ write, values }: Waiting): void {
    const table = this.#tables[write.table];
    if (values === null) table.remove(write.id);
    else table.put(values);
  }

  #remember(waiting: Waiting): void {
    const { table, id } = waiting.write;
    if (!isJournaled(table)) throw new RangeError(`rows of ${table} do not wait`);
    const rows = this.#waiting[table];
    const before = rows.size;
    rows.set(id, waiting);
    this.#size += rows.size - before;
  }
}

function isJournaled(table: TableName): table is Journaled {
  return table === "recipient" || table === "verification" || table === "delivery" || table === "idempotency";
}
