import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../clock/index.ts";
import { StorageOverloaded } from "../errors.ts";
import type { Key, Rows, TableName, Tables, UpdateDecision } from "../port.ts";
import { isSqliteError, toStorageFault } from "./faults.ts";
import { RowCache } from "./row-cache.ts";
import type { TableSet } from "./tables.ts";

interface Operation {
  readonly keys: readonly Key[];
  readonly decide: (rows: Rows, now: number) => UpdateDecision<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

export interface GroupCommitOptions {
  readonly database: DatabaseSync;
  readonly tables: TableSet;
  readonly clock: Clock;
  /** Operations in one transaction. A turn of the event loop is blocked for as long as they take. */
  readonly batchMax: number;
  /** Operations waiting; more are refused at the door. */
  readonly queueMax: number;
  readonly freezeRows?: boolean;
  /** Runs a turn later; a simulation decides when. Default `setImmediate`. */
  readonly defer?: (turn: () => void) => void;
}

const needRoundsMax = 8;

/**
 * All updates that arrive in one turn of the event loop share one transaction, decided one after the other in arrival
 * order on the same rows in memory, and are acknowledged after its one commit (design 3.4).
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  readonly #cache: RowCache;
  #queue: Operation[] = [];
  #scheduled = false;
  #idle: (() => void)[] = [];

  constructor(options: GroupCommitOptions) {
    this.#options = options;
    this.#cache = new RowCache(options.freezeRows ?? false);
  }

  get waiting(): number {
    return this.#queue.length;
  }

  update<R>(keys: readonly Key[], decide: (rows: Rows, now: number) => UpdateDecision<R>): Promise<R> {
    if (this.#queue.length >= this.#options.queueMax) {
      return Promise.reject(new StorageOverloaded(`${this.#queue.length} updates are waiting`));
    }
    return new Promise<R>((resolve, reject) => {
      this.#queue.push({ keys, decide, resolve: resolve as (result: unknown) => void, reject });
      this.#schedule();
    });
  }

  /** Resolves when nothing is waiting. */
  drained(): Promise<void> {
    if (this.#queue.length === 0 && !this.#scheduled) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  read<T extends TableName>(key: Key<T>): Tables[T] | undefined {
    return this.#cache.read(key, this.#options.tables);
  }

  /** What was changed behind the cache's back, by a purge for example, is read anew. */
  forget(): void {
    this.#cache.clear();
  }

  get cachedRows(): number {
    return this.#cache.size;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // Not a microtask: requests that the same turn still parses join this batch.
    (this.#options.defer ?? setImmediate)(() => this.#turn());
  }

  #turn(): void {
    this.#scheduled = false;
    const batch = this.#queue.slice(0, this.#options.batchMax);
    this.#queue = this.#queue.slice(batch.length);
    if (this.#queue.length > 0) this.#schedule();
    this.#commitOrRetry(batch);
    if (this.#queue.length === 0) {
      for (const resolve of this.#idle.splice(0)) resolve();
    }
  }

  /** A write that fails takes nobody else with it: the batch is done again one by one. */
  #commitOrRetry(batch: readonly Operation[]): void {
    try {
      this.#commit(batch);
    } catch (cause) {
      if (batch.length > 1) {
        for (const operation of batch) this.#commitOrRetry([operation]);
        return;
      }
      batch[0]?.reject(toStorageFault(cause, "the update could not be written"));
    }
  }

  #commit(batch: readonly Operation[]): void {
    const { database, clock } = this.#options;
    const settled: (() => void)[] = [];
    database.exec("begin immediate");
    this.#cache.begin();
    try {
      const now = clock.now();
      for (const operation of batch) settled.push(this.#decideOne(operation, now));
      this.#cache.flush(this.#options.tables);
      database.exec("commit");
    } catch (cause) {
      this.#cache.rollback();
      if (database.isTransaction) database.exec("rollback");
      throw cause;
    }
    this.#cache.commit();
    for (const acknowledge of settled) acknowledge();
  }

  #decideOne(operation: Operation, now: number): () => void {
    try {
      const result = this.#decide(operation, now);
      return () => operation.resolve(result);
    } catch (cause) {
      // The database failed, not the decision: the whole transaction is in doubt.
      if (isSqliteError(cause)) throw cause;
      return () => operation.reject(cause);
    }
  }

  #decide(operation: Operation, now: number): unknown {
    const rows = new LoadedRows(this.#cache, this.#options.tables);
    let keys = operation.keys;
    for (let round = 0; round < needRoundsMax; round++) {
      rows.load(keys);
      const decision = operation.decide(rows, now);
      if ("writes" in decision) {
        for (const write of decision.writes) this.#cache.stage(write);
        return decision.result;
      }
      keys = decision.need;
    }
    throw new RangeError(`the decision asked for further rows ${needRoundsMax} times`);
  }
}

/** The rows that one decision may see: those it asked for. They are few, so that a list is faster than a set. */
class LoadedRows implements Rows {
  readonly #cache: RowCache;
  readonly #tables: TableSet;
  readonly #loaded: Key[] = [];

  constructor(cache: RowCache, tables: TableSet) {
    this.#cache = cache;
    this.#tables = tables;
  }

  load(keys: readonly Key[]): void {
    for (const key of keys) this.#loaded.push(key);
  }

  has(key: Key): boolean {
    for (const one of this.#loaded) if (one.id === key.id && one.table === key.table) return true;
    return false;
  }

  get<T extends TableName>(key: Key<T>): Tables[T] | undefined {
    if (!this.has(key)) throw new RangeError(`${key.table} ${key.id} was not loaded`);
    return this.#cache.read(key, this.#tables);
  }
}
