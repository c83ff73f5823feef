import type pg from "pg";
import type { Clock } from "../../clock/index.ts";
import { StorageOverloaded, StorageUnavailable } from "../errors.ts";
import type { Key, Rows, TableName, Tables, UpdateDecision, Write } from "../port.ts";
import { connect } from "./database.ts";
import { commitHappened, isLostConnection, isRetryable } from "./faults.ts";
import { decodeRow, keyParameters, lockRows, readRows, writeStatements } from "./statements.ts";

interface Operation {
  /** Grows when a decision learns of further rows. */
  readonly keys: Map<string, Key>;
  readonly decide: (rows: Rows, now: number) => UpdateDecision<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: unknown) => void;
  tries: number;
}

export interface GroupCommitOptions {
  readonly pool: pg.Pool;
  readonly batchMax: number;
  readonly queueMax: number;
  /** Batches that may be under way at once on this node. */
  readonly batchesMax: number;
  /** Only for tests: time from here instead of from the database. */
  readonly clock: Clock | null;
}

const triesMax = 8;

/**
 * Updates that arrive while batches are under way go into the next one: rows are locked in one order over all nodes,
 * decided in memory in arrival order, written by one statement a table, and acknowledged after the commit.
 */
export class PostgresGroupCommit {
  readonly #options: GroupCommitOptions;
  #queue: Operation[] = [];
  #underWay = 0;
  #scheduled = false;
  #idle: (() => void)[] = [];

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  update<R>(keys: readonly Key[], decide: (rows: Rows, now: number) => UpdateDecision<R>): Promise<R> {
    if (this.#queue.length >= this.#options.queueMax) {
      return Promise.reject(new StorageOverloaded(`${this.#queue.length} updates are waiting`));
    }
    return new Promise<R>((resolve, reject) => {
      this.#queue.push({
        keys: new Map(keys.map((key) => [nameOf(key), key])),
        decide,
        resolve: resolve as (result: unknown) => void,
        reject,
        tries: 0,
      });
      this.#schedule();
    });
  }

  drained(): Promise<void> {
    if (this.#queue.length === 0 && this.#underWay === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#pump();
    });
  }

  #pump(): void {
    const { batchMax, batchesMax } = this.#options;
    while (this.#queue.length > 0 && this.#underWay < batchesMax) {
      const batch = this.#queue.splice(0, batchMax);
      this.#underWay += 1;
      void this.#run(batch).finally(() => {
        this.#underWay -= 1;
        if (this.#queue.length > 0) this.#schedule();
        else if (this.#underWay === 0) for (const resolve of this.#idle.splice(0)) resolve();
      });
    }
  }

  /** Never rejects: every operation of the batch is resolved, rejected, or queued again. */
  async #run(batch: Operation[]): Promise<void> {
    try {
      await this.#commit(batch);
    } catch (cause) {
      // What is in doubt is never done a second time.
      const inDoubt = cause instanceof StorageUnavailable;
      if (!inDoubt && !isRetryable(cause) && batch.length > 1) {
        // One operation's write may be what fails: it must not take the others with it.
        for (const operation of batch) await this.#run([operation]);
        return;
      }
      this.#again(batch, cause);
    }
  }

  #again(batch: readonly Operation[], cause: unknown): void {
    for (const operation of batch) {
      operation.tries += 1;
      if (isRetryable(cause) && operation.tries < triesMax) this.#queue.push(operation);
      else operation.reject(new StorageUnavailable("the update could not be written", { cause }));
    }
  }

  async #commit(batch: readonly Operation[]): Promise<void> {
    const client = await connect(this.#options.pool);
    let broken = false;
    try {
      const seen = await this.#discover(client, batch);
      const done = await this.#transact(client, batch, seen);
      for (const acknowledge of done) acknowledge();
    } catch (cause) {
      broken = true;
      throw cause;
    } finally {
      client.release(broken);
    }
  }

  /** Looks without locks, so that what the decisions will need is known before the first lock is taken. */
  async #discover(client: pg.PoolClient, batch: readonly Operation[]): Promise<ReadonlySet<string>> {
    const { rows } = await client.query<RawRow>({ ...readRows, values: keyParameters(allKeys(batch)) });
    const found = decodeAll(rows);
    const now = this.#options.clock?.now() ?? 0;
    for (const operation of batch) {
      const need = needOf(operation, found, now);
      for (const key of need) operation.keys.set(nameOf(key), key);
    }
    return new Set(found.keys());
  }

  async #transact(
    client: pg.PoolClient,
    batch: readonly Operation[],
    seen: ReadonlySet<string>,
  ): Promise<(() => void)[]> {
    await client.query("begin");
    const keys = allKeys(batch);
    await lockMissing(client, keys, seen);
    const { rows } = await client.query<RawRow>({ ...lockRows, values: keyParameters(keys) });
    const last = rows.pop();
    const transactionId = last?.id ?? "";
    const now = this.#options.clock?.now() ?? Number(last?.doc);
    const current = decodeAll(rows);
    const writes = new Map<string, Write>();
    const done = batch.map((operation) => this.#decide(operation, current, writes, now));
    for (const statement of writeStatements(writes.values())) await client.query(statement);
    await this.#commitTransaction(client, transactionId);
    return done;
  }

  #decide(
    operation: Operation,
    current: Map<string, unknown>,
    writes: Map<string, Write>,
    now: number,
  ): () => void {
    try {
      const decision = operation.decide(rowsOf(operation, current), now);
      if ("need" in decision) {
        for (const key of decision.need) operation.keys.set(nameOf(key), key);
        operation.tries += 1;
        if (operation.tries >= triesMax)
          throw new RangeError("the decision asked for further rows too often");
        return () => {
          this.#queue.unshift(operation);
          this.#schedule();
        };
      }
      for (const write of decision.writes) {
        writes.set(nameOf(write), write);
        if (write.row === null) current.delete(nameOf(write));
        else current.set(nameOf(write), write.row);
      }
      return () => operation.resolve(decision.result);
    } catch (cause) {
      return () => operation.reject(cause);
    }
  }

  /** A commit whose answer is lost is looked up: it is never guessed, and never done again if it happened. */
  async #commitTransaction(client: pg.PoolClient, transactionId: string): Promise<void> {
    const notReplicated = { warned: false };
    const onNotice = (notice: { code?: string | undefined }): void => {
      // 01000: the wait for the synchronous standby was cancelled; the commit is local only.
      if (notice.code === "01000") notReplicated.warned = true;
    };
    client.on("notice", onNotice);
    try {
      await client.query("commit");
    } catch (cause) {
      if (!isLostConnection(cause)) throw cause;
      if (!(await commitHappened(this.#options.pool, transactionId))) throw cause;
    } finally {
      client.off("notice", onNotice);
    }
    if (notReplicated.warned) throw new StorageUnavailable("the standby did not confirm the commit");
  }
}

interface RawRow {
  kind: TableName;
  id: string;
  doc: string;
}

function nameOf(key: { readonly table: TableName; readonly id: string }): string {
  return `${key.table}/${key.id}`;
}

function allKeys(batch: readonly Operation[]): Key[] {
  const keys = new Map<string, Key>();
  for (const operation of batch) for (const [name, key] of operation.keys) keys.set(name, key);
  return [...keys.values()];
}

function decodeAll(rows: readonly RawRow[]): Map<string, unknown> {
  return new Map(rows.map(({ kind, id, doc }) => [nameOf({ table: kind, id }), decodeRow(kind, doc)]));
}

function rowsOf(operation: Operation, current: ReadonlyMap<string, unknown>): Rows {
  return {
    has: (key) => operation.keys.has(nameOf(key)),
    get: <T extends TableName>(key: Key<T>) => {
      if (!operation.keys.has(nameOf(key))) throw new RangeError(`${key.table} ${key.id} was not loaded`);
      return current.get(nameOf(key)) as Tables[T] | undefined;
    },
  };
}

function needOf(operation: Operation, found: ReadonlyMap<string, unknown>, now: number): readonly Key[] {
  try {
    const decision = operation.decide(rowsOf(operation, found), now);
    return "need" in decision ? decision.need : [];
  } catch {
    // It will throw again on the locked rows, and then it counts.
    return [];
  }
}

/**
 * `for update` locks nothing for rows that do not exist yet: two nodes on one fresh key would both insert it and one
 * update would be lost. Their keys are locked by hash first, in one order.
 */
async function lockMissing(
  client: pg.PoolClient,
  keys: readonly Key[],
  seen: ReadonlySet<string>,
): Promise<void> {
  const missing = keys.map(nameOf).filter((name) => !seen.has(name));
  if (missing.length === 0) return;
  await client.query({
    name: "lock_missing",
    text: `select pg_advisory_xact_lock(h) from (
             select distinct hashtextextended(name, 0) as h from unnest($1::text[]) k (name) order by h) hashes`,
    values: [missing],
  });
}
