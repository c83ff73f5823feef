import type pg from "pg";
import type { Clock } from "../../clock/index.ts";
import type { Key, Write } from "../port.ts";
import { ByKey } from "./by-key.ts";
import { commitCall, confirmed } from "./commit.ts";
import { type Marker, makeMarker, tookPlace } from "./commit-marker.ts";
import type { Connections } from "./connections.ts";
import { isLostConnection, RowsMoved } from "./faults.ts";
import { type Answer, askTogether, type Call } from "./grouped.ts";
import { foresee, type KnownRows } from "./known-rows.ts";
import { type LockCall, lockCalls, lockFreeRows, lockRows, markerCall, namesCall } from "./locks.ts";
import { allKeys, type HeldRows, learn, nameOf, needOf, type Operation, rowsOf } from "./operation.ts";
import { prepared } from "./prepared.ts";
import { canExist } from "./reads.ts";
import { type Written, writeCalls } from "./writes.ts";

export interface BatchParts {
  readonly connections: Connections;
  readonly node: string;
  /** Only for tests: time from here instead of from the database. */
  readonly clock: Clock | null;
  /** Real time, for waits between looks at a database that does not answer. */
  readonly waits: Clock;
  readonly known: KnownRows;
}

/** What to tell each operation once its batch is durable; `again` for those that asked for further rows. */
export interface Done {
  readonly acknowledge: (() => void)[];
  readonly again: Operation[];
}

/** How far a batch came, for when its connection breaks. */
interface Progress {
  /** Once the commit was sent no error tells for certain what became of it. */
  commitSent: boolean;
}

const needsMax = 40;
// Whatever the database's default is: the locks need a snapshot for each statement.
const begin: Call = { ...prepared("begin", "begin isolation level read committed"), values: [] };

/** One batch from the locks to the commit. Nothing is acknowledged in here. */
export async function commitBatch(
  parts: BatchParts,
  batch: readonly Operation[],
  marker: Marker,
): Promise<Done> {
  const { connections, known, node, waits } = parts;
  const client = await connections.connect();
  const progress: Progress = { commitSent: false };
  const done: Done = { acknowledge: [], again: [] };
  const written: Written[] = [];
  let broken: unknown = false;
  try {
    for (const operation of batch) foresee(operation, known, (parts.clock ?? waits).now());
    const held = await lockAll(parts, client, batch, marker);
    await decideAll(batch, held, done);
    await writeAndCommit(client, writeCalls(held.writes.values(), written), progress);
    for (const { write, doc } of written) known.learn(write, doc);
    return done;
  } catch (cause) {
    broken = cause;
    // What was known may be what went wrong.
    for (const key of allKeys(batch)) known.forget(key);
    for (const { write } of written) known.forget(write);
    if (!(progress.commitSent || isLostConnection(cause))) throw cause;
    const processId = processOf(client);
    // The connection goes back first: looking needs one.
    client.release(cause as Error);
    broken = null;
    const doubt = { marker, node, processId, commitSent: progress.commitSent };
    if (!(await tookPlace(connections, doubt, waits))) throw cause;
    return done;
  } finally {
    if (broken !== null) client.release(broken === false ? false : (broken as Error));
  }
}

/** Sends all writes and the commit behind them at once. */
async function writeAndCommit(
  client: pg.PoolClient,
  writes: readonly Call[],
  progress: Progress,
): Promise<void> {
  const answers: Answer[] = [];
  progress.commitSent = true;
  try {
    await confirmed(client, async () => {
      await askTogether(client, [...writes, commitCall], answers);
      return answers.at(-1)?.tag ?? "";
    });
  } catch (cause) {
    // Behind a statement that failed the server skips all others, and the commit with them: that is certain.
    if (answers.length < writes.length) progress.commitSent = isLostConnection(cause);
    throw cause;
  }
}

/** node-postgres keeps it for cancelling, and its types do not tell. */
function processOf(client: pg.PoolClient): number | null {
  return (client as { readonly processID?: number | null }).processID ?? null;
}

/** What a transaction has locked so far, with or without a row, and what it will write. */
interface Held {
  readonly client: pg.PoolClient;
  readonly known: KnownRows;
  readonly rows: HeldRows;
  readonly writes: ByKey<Write>;
  readonly now: number;
}

/**
 * Locks all rows that the batch asks for, in the one order, and reads them. Whether a row exists is known only of what
 * this node has seen: the names of all others are locked as well.
 */
async function lockAll(
  { connections, clock, known }: BatchParts,
  client: pg.PoolClient,
  batch: readonly Operation[],
  marker: Marker,
): Promise<Held> {
  const keys = allKeys(batch);
  const expected = keys.filter((key) => known.has(key));
  const names = keys.filter((key) => !known.has(key) && canExist(key)).map(nameOf);
  const locks = lockCalls(lockRows, keys);
  const before = names.length === 0 ? [begin] : [begin, namesCall(names)];
  const answers = await askTogether(client, [
    ...before,
    ...locks.map(({ call }) => call),
    markerCall(marker),
  ]);
  const at = answers.at(-1)?.rows[0]?.[0] ?? null;
  if (at === null) {
    await makeMarker(connections, marker.slot);
    throw new RowsMoved("the lane has no marker");
  }
  const rows: HeldRows = new ByKey();
  for (const key of keys) rows.set(key, undefined);
  take(rows, known, locks, answers.slice(before.length));
  // Its name was not locked: another node may be making it again right now.
  for (const key of expected) {
    if (rows.get(key) === undefined) throw new RowsMoved(`${nameOf(key)} was removed`);
  }
  return { client, known, rows, writes: new ByKey(), now: clock?.now() ?? Number(at) };
}

function take(
  rows: HeldRows,
  known: KnownRows,
  locks: readonly LockCall[],
  answers: readonly Answer[],
): void {
  for (const [index, { rowOf }] of locks.entries()) {
    for (const fields of answers[index]?.rows ?? []) {
      const raw = rowOf(fields);
      rows.set({ table: raw.kind, id: raw.id }, known.decode(raw));
    }
  }
}

/**
 * Decisions in the order of their arrival. Rows that one learns of only now are taken at once if nobody holds them, with
 * those that the others behind it will ask for: on a busy recipient the next round would find another one.
 */
async function decideAll(batch: readonly Operation[], held: Held, done: Done): Promise<void> {
  const tried = new ByKey<true>();
  for (let next = 0; next < batch.length; ) {
    const operation = batch[next] as Operation;
    const needed = decideOnce(operation, held, done)?.filter((key) => !held.rows.has(key));
    // Without anything missing it is decided again, with what it now asks for.
    if (needed?.length === 0) continue;
    if (needed !== undefined) {
      if (!needed.some((key) => tried.has(key))) {
        const behind = batch.slice(next + 1).flatMap((one) => needOf(one, held.rows, held.now));
        await takeFurther(held, [...needed, ...behind], tried);
        if (needed.every((key) => held.rows.has(key))) continue;
      }
      done.again.push(operation);
    }
    next += 1;
  }
}

/** Undefined when it is done with, one way or the other; else the keys that it asks for. */
function decideOnce(operation: Operation, held: Held, done: Done): readonly Key[] | undefined {
  try {
    const decision = operation.decide(rowsOf(operation, held.rows), held.now);
    if ("need" in decision) {
      learn(operation, decision.need);
      operation.needs += 1;
      if (operation.needs >= needsMax) {
        throw new RangeError("the decision asked for further rows too often");
      }
      return decision.need;
    }
    for (const write of decision.writes) {
      held.writes.set(write, write);
      held.rows.set(write, write.row ?? undefined);
    }
    done.acknowledge.push(() => operation.resolve(decision.result));
  } catch (cause) {
    done.acknowledge.push(() => operation.reject(cause));
  }
  return undefined;
}

/** Out of order, therefore without waiting: what is missing, or somebody else's, takes a new round. */
async function takeFurther(
  { client, known, rows }: Held,
  keys: readonly Key[],
  tried: ByKey<true>,
): Promise<void> {
  const wanted = new ByKey<Key>();
  for (const key of keys) if (!rows.has(key) && !tried.has(key)) wanted.set(key, key);
  for (const key of wanted.values()) tried.set(key, true);
  const locks = lockCalls(lockFreeRows, wanted.values());
  if (locks.length === 0) return;
  take(
    rows,
    known,
    locks,
    await askTogether(
      client,
      locks.map(({ call }) => call),
    ),
  );
}
