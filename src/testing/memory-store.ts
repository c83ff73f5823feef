import { type Clock, uuidv7Floor } from "../clock/index.ts";
import { storeClosed } from "../store/errors.ts";
import {
  type Key,
  keptUntil,
  type PurgeBefore,
  type PurgeCounts,
  type Rows,
  StorageOverloaded,
  type Store,
  type TableName,
  type Tables,
  type UpdateDecision,
  type Write,
} from "../store/index.ts";
import { queries } from "./memory-reads.ts";
import { apply, emptyState, mapOf, readState, type State, writeState } from "./memory-state.ts";

export interface MemoryStoreOptions {
  readonly clock: Clock;
  /** Operations that may wait; more are refused at the door. */
  readonly queueMax?: number;
  /** Runs a turn later; a simulation decides when. Default `setImmediate`. */
  readonly defer?: (turn: () => void) => void;
  /** A backup of another memory store to begin with. */
  readonly from?: string;
}

interface Waiting {
  readonly keys: readonly Key[];
  readonly decide: (rows: Rows, now: number) => UpdateDecision<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

const needRoundsMax = 8;

/**
 * The model that the real stores are compared with: the contract of `Store` in maps, as plainly as it can be said.
 * Rows are frozen and hold only what a database would keep, so that whoever changes one in place is found out.
 */
export function createMemoryStore(options: MemoryStoreOptions): Store {
  const { clock } = options;
  const state = options.from === undefined ? emptyState() : readState(options.from);
  const defer = options.defer ?? setImmediate;
  let queue: Waiting[] = [];
  let idle: (() => void)[] = [];
  let isClosed = false;

  function turn(): void {
    const batch = queue;
    queue = [];
    const now = clock.now();
    for (const one of batch) settle(one, now);
    for (const resolve of idle) resolve();
    idle = [];
  }

  function settle(one: Waiting, now: number): void {
    try {
      const { writes, result } = decideAll(state, one, now);
      apply(state, writes);
      one.resolve(result);
    } catch (cause) {
      one.reject(cause);
    }
  }

  async function reading<R>(read: () => R): Promise<R> {
    if (isClosed) throw storeClosed();
    return read();
  }

  return {
    update<R>(keys: readonly Key[], decide: (rows: Rows, now: number) => UpdateDecision<R>): Promise<R> {
      if (isClosed) return Promise.reject(storeClosed());
      if (queue.length >= (options.queueMax ?? 10_000)) {
        return Promise.reject(new StorageOverloaded(`${queue.length} updates are waiting`));
      }
      return new Promise<R>((resolve, reject) => {
        if (queue.length === 0) defer(turn);
        queue.push({ keys, decide, resolve: resolve as (result: unknown) => void, reject });
      });
    },
    get: (key) => reading(() => mapOf(state, key.table).get(key.id)),
    ...queries(state, reading),
    purge: (before, limit) => reading(() => purge(state, before, limit)),
    metas: () => reading(() => new Map(state.meta)),
    readMeta: (name) => reading(() => state.meta.get(name)),
    writeMeta: (name, value) =>
      reading(() => void (value === null ? state.meta.delete(name) : state.meta.set(name, value))),
    probe: () => reading(() => {}),
    backup: (path) => reading(() => writeState(state, path)),
    async close() {
      isClosed = true;
      if (queue.length > 0) await new Promise<void>((resolve) => idle.push(resolve));
    },
  };
}

function decideAll(state: State, one: Waiting, now: number): { writes: readonly Write[]; result: unknown } {
  const loaded = new Set<string>();
  const rows: Rows = {
    has: (key) => loaded.has(`${key.table}/${key.id}`),
    get(key) {
      if (!rows.has(key)) throw new RangeError(`${key.table} ${key.id} was not loaded`);
      return mapOf(state, key.table).get(key.id);
    },
  };
  let keys = one.keys;
  for (let round = 0; round < needRoundsMax; round++) {
    for (const key of keys) loaded.add(`${key.table}/${key.id}`);
    const decision = one.decide(rows, now);
    if ("writes" in decision) return decision;
    keys = decision.need;
  }
  throw new RangeError(`the decision asked for further rows ${needRoundsMax} times`);
}

function purge(state: State, before: PurgeBefore, limit: number): PurgeCounts {
  const floor = uuidv7Floor(before.settled);
  const remove = <T extends TableName>(
    table: T,
    isOld: (row: Tables[T]) => boolean,
    most: number = limit,
  ): number => {
    const rows = mapOf(state, table);
    const old = [...rows].filter(([, row]) => isOld(row)).slice(0, most);
    for (const [id] of old) rows.delete(id);
    return old.length;
  };
  let accountsLeft = limit;
  const accounts = (["challenge", "session", "subscriberName"] as const).map((table) => {
    const removed = remove(
      table,
      (one) => (keptUntil(one) ?? Number.POSITIVE_INFINITY) < (before.accounts ?? 0),
      accountsLeft,
    );
    accountsLeft -= removed;
    return removed;
  });
  const counts = {
    verifications: remove("verification", (one) => one.id < floor),
    deliveries: remove("delivery", (one) => one.verificationId < floor),
    messages: remove("message", (one) => one.id < floor),
    events: remove("event", (one) => one.id < floor),
    recipients: remove("recipient", (one) => one.lastSeenAt < before.settled),
    idempotency: remove("idempotency", (one) => one.createdAt < before.idempotency),
    accounts: accounts.reduce((sum, count) => sum + count, 0),
  };
  return { ...counts, finished: Object.values(counts).every((count) => count < limit) };
}
