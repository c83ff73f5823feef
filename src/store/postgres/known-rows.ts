import { isOpen } from "../../verification/index.ts";
import type { Key, TableName, Tables, Write } from "../port.ts";
import { decodeRow } from "../rows/index.ts";
import { type AnyKey, ByKey } from "./by-key.ts";
import { learn, needOf, type Operation, type RawRow } from "./operation.ts";

interface Known {
  doc: string;
  row: unknown;
}

const rowsMax = 8_192;

/**
 * Rows as this node saw them last, of what is under way. Nothing is decided by them: the locks read every row anew. They
 * tell which further rows a decision will ask for, so that all are locked at once and in order, and they spare taking a
 * document apart that has not changed.
 */
export class KnownRows {
  #recent = new ByKey<Known>();
  #older = new ByKey<Known>();
  #count = 0;

  has(key: Key): boolean {
    return this.#recent.has(key) || this.#older.has(key);
  }

  get<T extends TableName>(key: Key<T>): Tables[T] | undefined {
    return (this.#recent.get(key) ?? this.#older.get(key))?.row as Tables[T] | undefined;
  }

  /** A row as it came from the database: the same object as before where nobody changed it. */
  decode(raw: RawRow): unknown {
    const key = { table: raw.kind, id: raw.id };
    const known = this.#recent.get(key) ?? this.#older.get(key);
    return known?.doc === raw.doc ? known.row : decodeRow(raw.kind, raw);
  }

  /** What was written, once it is durable. */
  learn({ table, id, row }: Write, doc: string): void {
    if (isUnderWay(table, row)) this.#set({ table, id }, doc, row);
    else this.forget({ table, id });
  }

  forget(key: AnyKey): void {
    for (const rows of [this.#recent, this.#older]) {
      const known = rows.get(key);
      if (known === undefined) continue;
      rows.delete(key);
      empty(known);
    }
  }

  #set(key: AnyKey, doc: string, row: unknown): void {
    const known = this.#recent.get(key);
    if (known !== undefined) {
      known.doc = doc;
      known.row = row;
      return;
    }
    this.#count += 1;
    if (this.#count > rowsMax) {
      this.#older = this.#recent;
      this.#recent = new ByKey();
      this.#count = 1;
    }
    this.#recent.set(key, { doc, row });
  }
}

/** A map of which much was deleted leaves its table behind, with what was in it, for V8 to keep (ADR 67). */
function empty(known: Known): void {
  known.doc = "";
  known.row = undefined;
}

/** Whether more is likely to happen to it soon. */
function isUnderWay(table: TableName, row: Write["row"]): boolean {
  if (row === null) return false;
  if (table === "recipient") return (row as Tables["recipient"]).pending.length > 0;
  if (table === "verification") return (row as Tables["verification"]).status === "pending";
  return table === "delivery" && isOpen(row as Tables["delivery"]);
}

/** Learns what a decision will ask for from rows that this node has just seen. Once: what it then lacks, it says. */
export function foresee(operation: Operation, known: KnownRows, now: number): void {
  if (operation.tries > 0 || operation.needs > 0) return;
  if (operation.keys.every((key) => known.has(key))) learn(operation, needOf(operation, known, now));
}
