import { readFileSync, writeFileSync } from "node:fs";
import { type Clock, uuidv7Floor } from "../clock/index.ts";
import { isOpenEvent } from "../events/records.ts";
import { storeClosed } from "../store/errors.ts";
import {
  type Due,
  type DueEvent,
  type Key,
  keptUntil,
  type PurgeBefore,
  type PurgeCounts,
  type Rows,
  StorageOverloaded,
  StorageUnavailable,
  type Store,
  scanKey,
  type TableName,
  type Tables,
  tableOrder,
  type UpdateDecision,
  type Write,
} from "../store/index.ts";
import type { StoreReads } from "../store/port.ts";
import { hasStatus } from "../store/status-at.ts";
import { dialectNames } from "../tenants/records.ts";
import { alarmAt, isOpen } from "../verification/index.ts";

export interface MemoryStoreOptions {
  readonly clock: Clock;
  /** Operations that may wait; more are refused at the door. */
  readonly queueMax?: number;
  /** Runs a turn later; a simulation decides when. Default `setImmediate`. */
  readonly defer?: (turn: () => void) => void;
  /** A backup of another memory store to begin with. */
  readonly from?: string;
}

type Maps = { readonly [T in TableName]: Map<string, Tables[T]> };

interface State {
  readonly rows: Maps;
  readonly meta: Map<string, string>;
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

function emptyState(): State {
  const rows = Object.fromEntries(tableOrder.map((table) => [table, new Map()])) as unknown as Maps;
  return { rows, meta: new Map() };
}

function mapOf<T extends TableName>(state: State, table: T): Map<string, Tables[T]> {
  return state.rows[table] as Map<string, Tables[T]>;
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

/** Everything or nothing: what a database would refuse is refused before the first row changes. */
function apply(state: State, writes: readonly Write[]): void {
  for (const { table, id, row } of writes) {
    if (table !== "apiKey" || row === null) continue;
    const twin = [...state.rows.apiKey.values()].some((one) => one.digest === row.digest && one.id !== id);
    if (twin) throw new StorageUnavailable("the update could not be written: two keys with one digest");
  }
  const kept = writes.map((write) => ({ ...write, row: write.row === null ? null : frozenCopy(write.row) }));
  for (const { table, id, row } of kept) {
    if (row === null) mapOf(state, table).delete(id);
    else mapOf(state, table).set(id, row as Tables[typeof table]);
  }
}

/** By way of JSON, like every real store: what does not survive that must not be relied upon. */
function frozenCopy<R>(row: R): R {
  return JSON.parse(JSON.stringify(row), (_name, value: unknown) => Object.freeze(value)) as R;
}

type Queries = StoreReads & Pick<Store, "scan">;

function queries(state: State, reading: <R>(read: () => R) => Promise<R>): Queries {
  const sorted = <T extends TableName>(table: T): Tables[T][] =>
    [...mapOf(state, table)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  return {
    deliveriesOf: (id) =>
      reading(() =>
        sorted("delivery")
          .filter((one) => one.verificationId === id)
          .sort((a, b) => a.sequence - b.sequence),
      ),
    due: (queue, now, limit) =>
      reading(() =>
        waiting(state, queue)
          .filter(({ at }) => at <= now)
          .slice(0, limit)
          .map(({ due }) => due),
      ),
    nextDueAt: () =>
      reading(() => {
        const first = [waiting(state, "delivery")[0]?.at, waiting(state, "alarm")[0]?.at];
        const known = first.filter((at) => at !== undefined);
        return known.length === 0 ? null : Math.min(...known);
      }),
    verifications: ({ tenantId, recipientId, status, at, before, limit }) =>
      reading(() =>
        sorted("verification")
          .reverse()
          .filter(
            (one) =>
              one.tenantId === tenantId &&
              (recipientId === undefined || one.recipientId === recipientId) &&
              hasStatus(one, status, at) &&
              (before === undefined || one.id < before),
          )
          .slice(0, limit),
      ),
    apiKeyByDigest: (digest) => reading(() => sorted("apiKey").find((one) => one.digest === digest)),
    apiKeysByDialect: (dialect, name) =>
      reading(() =>
        sorted("apiKey").filter((one) => one.dialects[dialect]?.[dialectNames[dialect]] === name),
      ),
    ...besides(reading, sorted, state),
  };
}

type Sorted = <T extends TableName>(table: T) => Tables[T][];

/** Of everything but verifications. */
function besides(
  reading: <R>(read: () => R) => Promise<R>,
  sorted: Sorted,
  state: State,
): Omit<
  Queries,
  "deliveriesOf" | "due" | "nextDueAt" | "verifications" | "apiKeyByDigest" | "apiKeysByDialect"
> {
  return {
    tenants: () => reading(() => sorted("tenant")),
    services: (tenantId) => reading(() => sorted("service").filter((one) => one.tenantId === tenantId)),
    apiKeys: (tenantId) => reading(() => sorted("apiKey").filter((one) => one.tenantId === tenantId)),
    endpoints: () => reading(() => sorted("endpoint")),
    dueEvents: (endpointIds, now, perEndpoint) =>
      reading(() => endpointIds.flatMap((id) => dueEventsOf(state, id, now).slice(0, perEndpoint))),
    events: ({ endpointId, state: asked, before, limit }) =>
      reading(() =>
        sorted("event")
          .reverse()
          .filter((one) => one.endpointId === endpointId && (asked ?? one.state) === one.state)
          .filter((one) => before === undefined || one.id < before)
          .slice(0, limit),
      ),
    messages: ({ tenantId, recipientId, before, limit }) =>
      reading(() =>
        sorted("message")
          .reverse()
          .filter((one) => one.tenantId === tenantId && (recipientId ?? one.recipientId) === one.recipientId)
          .filter((one) => before === undefined || one.id < before)
          .slice(0, limit),
      ),
    subscribers: ({ tenantId, after = "", limit }) =>
      reading(() =>
        sorted("subscriber")
          .filter((one) => one.tenantId === tenantId && one.id > after)
          .slice(0, limit),
      ),
    sessionsOf: (id, limit) =>
      reading(() =>
        sorted("session")
          .filter((one) => one.subscriberId === id)
          .reverse()
          .slice(0, limit),
      ),
    scan: (table, after, limit) => reading(() => scan(state, table, after, limit)),
  };
}

function scan<T extends TableName>(
  state: State,
  table: T,
  after: Tables[T] | null,
  limit: number,
): readonly Tables[T][] {
  const from = after === null ? "" : scanKey(table, after);
  return [...mapOf(state, table).values()]
    .map((row) => ({ row, at: scanKey(table, row) }))
    .filter(({ at }) => at > from)
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .slice(0, limit)
    .map(({ row }) => row);
}

function dueEventsOf(state: State, endpointId: string, now: number): readonly DueEvent[] {
  return [...state.rows.event.values()]
    .filter((one) => one.endpointId === endpointId && isOpenEvent(one) && one.dueAt <= now)
    .sort((a, b) => a.dueAt - b.dueAt)
    .map(({ id }) => ({ id, endpointId }));
}

function waiting(state: State, queue: "delivery" | "alarm"): { readonly at: number; readonly due: Due }[] {
  const found: { at: number; due: Due }[] = [];
  if (queue === "delivery") {
    for (const one of state.rows.delivery.values()) {
      const { verificationId, recipientId, sequence } = one;
      if (isOpen(one)) found.push({ at: one.dueAt, due: { verificationId, recipientId, sequence } });
    }
  } else {
    for (const one of state.rows.verification.values()) {
      const at = alarmAt(one);
      const due = { verificationId: one.id, recipientId: one.recipientId, sequence: 0 };
      if (at !== null) found.push({ at, due });
    }
  }
  return found.sort((a, b) => a.at - b.at);
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

function writeState(state: State, path: string): void {
  const rows = Object.fromEntries(tableOrder.map((table) => [table, [...state.rows[table]]]));
  writeFileSync(path, JSON.stringify({ rows, meta: [...state.meta] }), { mode: 0o600 });
}

function readState(path: string): State {
  const text = readFileSync(path, "utf8");
  const saved = JSON.parse(text) as { rows: Record<string, [string, never][]>; meta: [string, string][] };
  const state = emptyState();
  for (const table of tableOrder) {
    for (const [id, row] of saved.rows[table] ?? []) mapOf(state, table).set(id, frozenCopy(row));
  }
  for (const [name, value] of saved.meta) state.meta.set(name, value);
  return state;
}
