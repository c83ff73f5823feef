import type pg from "pg";
import type { Clock } from "../../clock/index.ts";
import type { Key, Write } from "../port.ts";
import { commit } from "./commit.ts";
import { type Marker, makeMarker, tookPlace } from "./commit-marker.ts";
import type { Connections } from "./connections.ts";
import { families } from "./families.ts";
import { isLostConnection, RowsMoved } from "./faults.ts";
import { lock, lockFreeRows, lockMissing, lockRows, together } from "./locks.ts";
import {
  allKeys,
  decodeAll,
  type LoadedRows,
  learn,
  nameOf,
  needOf,
  type Operation,
  type RawRow,
  rowsOf,
} from "./operation.ts";
import { canExist, keyParameters, readRows } from "./reads.ts";
import { familyParameters } from "./row-family.ts";
import { writeStatements } from "./writes.ts";

export interface BatchParts {
  readonly connections: Connections;
  readonly node: string;
  /** Only for tests: time from here instead of from the database. */
  readonly clock: Clock | null;
  /** Real time, for waits between looks at a database that does not answer. */
  readonly waits: Clock;
}

/** What to tell each operation once its batch is durable; `again` for those that asked for further rows. */
export interface Done {
  readonly acknowledge: readonly (() => void)[];
  readonly again: readonly Operation[];
}

/** How far a batch came, for when its connection breaks. */
interface Progress {
  inTransaction: boolean;
  commitSent: boolean;
}

const needsMax = 40;

/** One batch from the first look to the commit. Nothing is acknowledged in here. */
export async function commitBatch(
  parts: BatchParts,
  batch: readonly Operation[],
  marker: Marker,
): Promise<Done> {
  const client = await parts.connections.connect();
  const progress: Progress = { inTransaction: false, commitSent: false };
  const done: { acknowledge: (() => void)[]; again: Operation[] } = { acknowledge: [], again: [] };
  let broken: unknown = false;
  try {
    const seen = await discover(parts, client, batch);
    progress.inTransaction = true;
    const writes = await decideLocked(parts, client, batch, { seen, marker, done });
    await writeAndCommit(client, writes, progress);
    return done;
  } catch (cause) {
    broken = cause;
    // Once the commit was sent no error tells for certain what became of it.
    if (!progress.inTransaction || !(progress.commitSent || isLostConnection(cause))) throw cause;
    const processId = processOf(client);
    // The connection goes back first: looking needs one.
    client.release(cause as Error);
    broken = null;
    const doubt = { marker, node: parts.node, processId, commitSent: progress.commitSent };
    if (!(await tookPlace(parts.connections, doubt, parts.waits))) throw cause;
    return done;
  } finally {
    if (broken !== null) client.release(broken === false ? false : (broken as Error));
  }
}

/** Sends all writes and the commit behind them at once. */
async function writeAndCommit(
  client: pg.PoolClient,
  writes: Iterable<Write>,
  progress: Progress,
): Promise<void> {
  const written = together(writeStatements(writes).map((one) => client.query(one)));
  const committed = commit(client);
  progress.commitSent = true;
  const [writing, committing] = await Promise.allSettled([written, committed]);
  if (writing.status === "rejected") {
    // A statement that failed has aborted its transaction, and the commit behind it rolled back: that is certain.
    progress.commitSent = isLostConnection(writing.reason);
    throw writing.reason;
  }
  if (committing.status === "rejected") throw committing.reason;
}

/** node-postgres keeps it for cancelling, and its types do not tell. */
function processOf(client: pg.PoolClient): number | null {
  return (client as { readonly processID?: number | null }).processID ?? null;
}

/** Looks without locks, so that what the decisions will need is known before the first lock is taken. */
async function discover(
  parts: BatchParts,
  client: pg.PoolClient,
  batch: readonly Operation[],
): Promise<ReadonlySet<string>> {
  const found = decodeAll(await readAll(client, allKeys(batch)));
  for (const operation of batch) {
    learn(operation, needOf(operation, found.rows, parts.clock?.now() ?? found.now));
  }
  return new Set(found.rows.keys());
}

/** Rows by key. Those of webhooks, messages and accounts are asked for on their own, and mostly not at all. */
async function readAll(client: pg.PoolClient, keys: readonly Key[]): Promise<readonly RawRow[]> {
  const sent = [client.query<RawRow>({ ...readRows, values: keyParameters(keys) })];
  for (const family of families) {
    const values = familyParameters(family, keys);
    if (values !== null) sent.push(client.query<RawRow>({ ...family.read, values }));
  }
  return (await together(sent)).flatMap(({ rows }) => rows);
}

interface Locking {
  readonly seen: ReadonlySet<string>;
  readonly marker: Marker;
  readonly done: { acknowledge: (() => void)[]; again: Operation[] };
}

async function decideLocked(
  parts: BatchParts,
  client: pg.PoolClient,
  batch: readonly Operation[],
  { seen, marker, done }: Locking,
): Promise<Iterable<Write>> {
  const keys = allKeys(batch);
  const missing = keys
    .filter(canExist)
    .map(nameOf)
    .filter((name) => !seen.has(name));
  // Whatever the database's default is: the locks need a snapshot for each statement.
  const begun = client.query("begin isolation level read committed");
  const namesLocked = lockMissing(client, missing);
  const rowsLocked = lock(client, lockRows, keys, marker);
  await together<unknown>([begun, namesLocked, rowsLocked]);
  const { rows, now, note } = decodeAll(await rowsLocked);
  if (note !== "1") {
    await makeMarker(parts.connections, marker.slot);
    throw new RowsMoved("the lane has no marker");
  }
  // What was seen and is gone was not locked as missing: another node may be making it again right now.
  for (const name of seen) if (!rows.has(name)) throw new RowsMoved(`${name} was removed`);
  const held: Held = { client, marker, rows, names: new Set(keys.map(nameOf)), writes: new Map() };
  for (const operation of batch) {
    await decideOne(operation, held, parts.clock?.now() ?? now, done);
  }
  return held.writes.values();
}

/** What a transaction has locked so far, with or without a row, and what it will write. */
interface Held {
  readonly client: pg.PoolClient;
  readonly marker: Marker;
  readonly rows: LoadedRows;
  readonly names: Set<string>;
  readonly writes: Map<string, Write>;
}

/**
 * One decision. A row that it learns of only now is taken at once if nobody holds it: on a busy recipient the next round
 * would find another one.
 */
async function decideOne(
  operation: Operation,
  held: Held,
  now: number,
  done: Locking["done"],
): Promise<void> {
  for (;;) {
    const needed = decideOnce(operation, held, now, done);
    if (needed === null) return;
    const missing = needed.filter((key) => !held.names.has(nameOf(key)));
    if (missing.length > 0 && !(await takeFurther(held, missing))) {
      done.again.push(operation);
      return;
    }
  }
}

/** Null when it is done with, one way or the other; else the keys that it asks for. */
function decideOnce(
  operation: Operation,
  held: Held,
  now: number,
  done: Locking["done"],
): readonly Key[] | null {
  try {
    const decision = operation.decide(rowsOf(operation, held.rows), now);
    if ("need" in decision) {
      learn(operation, decision.need);
      operation.needs += 1;
      if (operation.needs >= needsMax) {
        throw new RangeError("the decision asked for further rows too often");
      }
      return decision.need;
    }
    for (const write of decision.writes) {
      const name = nameOf(write);
      held.writes.set(name, write);
      held.names.add(name);
      if (write.row === null) held.rows.delete(name);
      else held.rows.set(name, write.row);
    }
    done.acknowledge.push(() => operation.resolve(decision.result));
  } catch (cause) {
    done.acknowledge.push(() => operation.reject(cause));
  }
  return null;
}

/** Out of order, therefore without waiting: false when a row is missing or somebody else's, which takes a new round. */
async function takeFurther({ client, marker, rows, names }: Held, keys: readonly Key[]): Promise<boolean> {
  for (const [name, row] of decodeAll(await lock(client, lockFreeRows, keys, marker)).rows) {
    names.add(name);
    rows.set(name, row);
  }
  return keys.every((key) => names.has(nameOf(key)));
}
