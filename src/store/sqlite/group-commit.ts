import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../clock/index.ts";
import { StorageOverloaded } from "../errors.ts";
import { Gathering } from "../gathering.ts";
import type { Key, Rows, TableName, Tables, UpdateDecision } from "../port.ts";
import { isSqliteError, toStorageFault, toSyncFault } from "./faults.ts";
import type { Journal } from "./journal.ts";
import type { Sync } from "./log-sync.ts";
import { RowCache, type RowSource } from "./row-cache.ts";

interface Operation {
  readonly keys: readonly Key[];
  readonly decide: (rows: Rows, now: number) => UpdateDecision<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/** What a decision came to, held back until it is durable. */
interface Settled {
  readonly operation: Operation;
  acknowledge(): void;
}

export interface GroupCommitOptions {
  readonly database: DatabaseSync;
  readonly journal: Journal;
  readonly clock: Clock;
  /** Operations in one transaction. A turn of the event loop is blocked for as long as they take. */
  readonly batchMax: number;
  /** Operations waiting; more are refused at the door. */
  readonly queueMax: number;
  /** Makes durable what was committed. */
  readonly sync: Sync;
  readonly freezeRows?: boolean;
  /** Runs a turn later; a simulation decides when. Default `setImmediate`. */
  readonly defer?: (turn: () => void) => void;
}

const needRoundsMax = 8;

/**
 * All updates that arrive in one turn of the event loop share one transaction, decided one after the other in arrival
 * order on the same rows in memory (design 3.4). The transaction is written in that turn and flushed to the disk on
 * another thread; what arrives meanwhile goes into the next one, and nothing is acknowledged before its flush ended.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  readonly #cache: RowCache;
  readonly #gathering: Gathering;
  #queue: Operation[] = [];
  #scheduled = false;
  #flushing: Promise<void> | null = null;
  #broken: Error | null = null;
  #idle: (() => void)[] = [];

  constructor(options: GroupCommitOptions) {
    this.#options = options;
    this.#cache = new RowCache(options.freezeRows ?? false);
    this.#gathering = new Gathering(options.batchMax, options.clock);
  }

  get waiting(): number {
    return this.#queue.length;
  }

  update<R>(keys: readonly Key[], decide: (rows: Rows, now: number) => UpdateDecision<R>): Promise<R> {
    if (this.#broken !== null) return Promise.reject(this.#broken);
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
    if (this.#queue.length === 0 && !this.#scheduled && this.#flushing === null) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /**
   * What is being flushed, for a reader of it: what it saw must not be gone after a power cut, or an approval that
   * was read could be given a second time.
   * @throws StorageUnavailable when the disk has failed.
   */
  get flushing(): Promise<void> | null {
    if (this.#broken !== null) throw this.#broken;
    return this.#flushing;
  }

  /** Makes durable what was written past this queue. */
  async flush(): Promise<void> {
    // Others may have waited for the same one: one flush runs at a time.
    while (this.#flushing !== null) await this.#flushing;
    if (this.#broken !== null) throw this.#broken;
    await this.#beginFlush([]);
  }

  read<T extends TableName>(key: Key<T>): Tables[T] | undefined {
    return this.#cache.read(key, this.#options.journal);
  }

  /** What was changed behind the cache's back, by a purge for example, is read anew. */
  forget(): void {
    this.#cache.clear();
  }

  get cachedRows(): number {
    return this.#cache.size;
  }

  #schedule(): void {
    // While a flush runs, updates gather; its end begins their turn.
    if (this.#scheduled || this.#flushing !== null) return;
    this.#scheduled = true;
    this.#defer();
  }

  #defer(): void {
    // Not a microtask: requests that the same turn still parses join this batch.
    (this.#options.defer ?? setImmediate)(() => this.#turn());
  }

  #turn(): void {
    // Without a flush of something else, which would have begun in the meantime.
    if (this.#flushing === null && this.#gathering.goesOn(this.#queue.length)) {
      this.#defer();
      return;
    }
    this.#gathering.end();
    this.#scheduled = false;
    if (this.#flushing !== null) return;
    const batch = this.#queue.slice(0, this.#options.batchMax);
    this.#queue = this.#queue.slice(batch.length);
    const settled: Settled[] = [];
    const hasWritten = this.#commitOrRetry(batch, settled);
    if (hasWritten) {
      void this.#beginFlush(settled).catch(() => {});
      this.#foldWhatIsMuch();
    } else {
      for (const one of settled) one.acknowledge();
      this.#goOn();
    }
  }

  /** Beside the flush, which is on another thread. What cannot be folded now is tried again with the next batch. */
  #foldWhatIsMuch(): void {
    const { journal } = this.#options;
    if (!journal.isFull) return;
    try {
      journal.fold();
    } catch (cause) {
      if (!isSqliteError(cause)) throw cause;
    }
  }

  #goOn(): void {
    if (this.#queue.length > 0) this.#schedule();
    else for (const resolve of this.#idle.splice(0)) resolve();
  }

  #beginFlush(settled: readonly Settled[]): Promise<void> {
    const flushing = new Promise<void>((resolve, reject) => {
      this.#options.sync((cause) => {
        this.#flushing = null;
        if (cause !== null) {
          const broken = this.#break(cause, settled);
          reject(broken);
          return;
        }
        for (const one of settled) one.acknowledge();
        resolve();
        this.#goOn();
      });
    });
    this.#flushing = flushing;
    return flushing;
  }

  /**
   * After a flush that failed, nobody knows what the disk holds, and a second one that succeeds proves nothing about
   * what the first left out: nothing more is promised until a restart has read the log.
   */
  #break(cause: Error, settled: readonly Settled[]): Error {
    const broken = toSyncFault(cause);
    this.#broken = broken;
    for (const { operation } of settled) operation.reject(broken);
    for (const operation of this.#queue.splice(0)) operation.reject(broken);
    this.#goOn();
    return broken;
  }

  /** A write that fails takes nobody else with it: the batch is done again one by one. */
  #commitOrRetry(batch: readonly Operation[], settled: Settled[]): boolean {
    try {
      return this.#commit(batch, settled);
    } catch (cause) {
      if (batch.length > 1) {
        let hasWritten = false;
        for (const operation of batch) if (this.#commitOrRetry([operation], settled)) hasWritten = true;
        return hasWritten;
      }
      batch[0]?.reject(toStorageFault(cause, "the update could not be written"));
      return false;
    }
  }

  /** Returns whether anything was written that has to become durable. */
  #commit(batch: readonly Operation[], settled: Settled[]): boolean {
    const { database, clock, journal } = this.#options;
    const decided: Settled[] = [];
    let hasWritten = false;
    database.exec("begin immediate");
    this.#cache.begin();
    try {
      const now = clock.now();
      for (const operation of batch) decided.push(this.#decideOne(operation, now));
      const writes = this.#cache.staged();
      hasWritten = writes.length > 0;
      if (hasWritten) journal.write(writes);
      database.exec("commit");
    } catch (cause) {
      this.#cache.rollback();
      journal.rolledBack();
      if (database.isTransaction) database.exec("rollback");
      throw cause;
    }
    journal.committed();
    this.#cache.commit();
    settled.push(...decided);
    return hasWritten;
  }

  #decideOne(operation: Operation, now: number): Settled {
    try {
      const result = this.#decide(operation, now);
      return { operation, acknowledge: () => operation.resolve(result) };
    } catch (cause) {
      // The database failed, not the decision: the whole transaction is in doubt.
      if (isSqliteError(cause)) throw cause;
      return { operation, acknowledge: () => operation.reject(cause) };
    }
  }

  #decide(operation: Operation, now: number): unknown {
    const rows = new LoadedRows(this.#cache, this.#options.journal);
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

/**
 * The rows that one decision may see: those it asked for, each as it was when it first looked. They are few, so that a
 * list is faster than a map.
 */
class LoadedRows implements Rows {
  readonly #cache: RowCache;
  readonly #source: RowSource;
  readonly #keys: Key[] = [];
  /** Beside their keys; null where none was read yet, and `undefined` for a row that does not exist. */
  readonly #rows: (Tables[TableName] | null | undefined)[] = [];

  constructor(cache: RowCache, source: RowSource) {
    this.#cache = cache;
    this.#source = source;
  }

  load(keys: readonly Key[]): void {
    for (const key of keys) {
      this.#keys.push(key);
      this.#rows.push(null);
    }
  }

  has(key: Key): boolean {
    return this.#indexOf(key) >= 0;
  }

  get<T extends TableName>(key: Key<T>): Tables[T] | undefined {
    const index = this.#indexOf(key);
    if (index < 0) throw new RangeError(`${key.table} ${key.id} was not loaded`);
    const known = this.#rows[index];
    if (known !== null) return known as Tables[T] | undefined;
    const row = this.#cache.read(key, this.#source);
    this.#rows[index] = row;
    return row;
  }

  #indexOf({ table, id }: Key): number {
    const keys = this.#keys;
    for (let index = 0; index < keys.length; index++) {
      const one = keys[index];
      if (one !== undefined && one.table === table && one.id === id) return index;
    }
    return -1;
  }
}
