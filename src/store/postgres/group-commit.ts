import { StorageOverloaded, StorageUnavailable } from "../errors.ts";
import { Gathering } from "../gathering.ts";
import type { Key, Rows, UpdateDecision } from "../port.ts";
import { type BatchParts, commitBatch } from "./batch.ts";
import { CommitUnknown, type Doubt, lookAtMarker } from "./commit-marker.ts";
import { isRetryable, maySpareOthers } from "./faults.ts";
import type { Operation } from "./operation.ts";

export interface GroupCommitOptions extends BatchParts {
  readonly batchMax: number;
  readonly queueMax: number;
  /** Batches that may be under way at once on this node. */
  readonly lanes: number;
}

/** Batches of one lane follow each other, so that its marker speaks of the last one. */
interface Lane {
  readonly slot: string;
  batches: number;
  /** A commit of which nobody knows yet: it may still hold this lane's marker and the rows of its batch. */
  doubt: Doubt | null;
}

const triesMax = 8;
/** How long a batch may take before those that wait for it take another lane. */
const patienceMs = 20;
/** What holds a marker for long is a commit that waits for its standby. */
const heldReason = "the synchronous standby does not confirm it; start the standby, or take it off the list";

/**
 * Updates that arrive while batches are under way go into the next one: rows are locked in one order over all nodes,
 * decided in memory in arrival order, written by one statement a table, and acknowledged after the commit. A further
 * lane is taken when a whole batch waits, or when the one under way takes long: larger batches cost less an update
 * (measured: 10 % of a start and check), and none waits for what somebody else holds.
 */
export class PostgresGroupCommit {
  readonly #options: GroupCommitOptions;
  readonly #idleLanes: Lane[];
  readonly #gathering: Gathering;
  #queue: Operation[] = [];
  #isScheduled = false;
  /** When the batch began that was started last. */
  #begunAt = 0;
  #endPatience: (() => void) | null = null;
  #drained: (() => void)[] = [];

  constructor(options: GroupCommitOptions) {
    this.#options = options;
    this.#gathering = new Gathering(options.batchMax, options.waits);
    this.#idleLanes = Array.from({ length: options.lanes }, (_, index) => ({
      slot: `${options.node}.${index}`,
      batches: 0,
      doubt: null,
    }));
  }

  get waiting(): number {
    return this.#queue.length;
  }

  update<R>(keys: readonly Key[], decide: (rows: Rows, now: number) => UpdateDecision<R>): Promise<R> {
    if (this.#queue.length >= this.#options.queueMax) {
      return Promise.reject(new StorageOverloaded(`${this.#queue.length} updates are waiting`));
    }
    return new Promise<R>((resolve, reject) => {
      this.#queue.push({
        keys: [...keys],
        decide,
        resolve: resolve as (result: unknown) => void,
        reject,
        tries: 0,
        needs: 0,
      });
      this.#schedule();
    });
  }

  drained(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  #isIdle(): boolean {
    return this.#queue.length === 0 && this.#idleLanes.length === this.#options.lanes;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // What arrives in the same turn shares a batch.
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    if (this.#gathering.goesOn(this.#queue.length)) {
      setImmediate(() => this.#turn());
      return;
    }
    this.#gathering.end();
    this.#isScheduled = false;
    this.#pump();
  }

  #pump(): void {
    while (this.#queue.length > 0 && this.#mayBegin()) {
      const lane = this.#idleLanes.pop();
      if (lane === undefined) return;
      const batch = this.#queue.splice(0, this.#options.batchMax);
      this.#begunAt = this.#options.waits.now();
      void this.#run(lane, batch).then(() => {
        this.#idleLanes.push(lane);
        if (this.#queue.length > 0) this.#schedule();
        else if (this.#isIdle()) this.#rest();
      });
    }
  }

  #rest(): void {
    this.#endPatience?.();
    this.#endPatience = null;
    for (const resolve of this.#drained.splice(0)) resolve();
  }

  #mayBegin(): boolean {
    const { lanes, batchMax, waits } = this.#options;
    if (this.#idleLanes.length === lanes || this.#queue.length >= batchMax) return true;
    const leftMs = this.#begunAt + patienceMs - waits.now();
    if (leftMs <= 0 || this.#idleLanes.length === 0) return true;
    this.#endPatience ??= waits.after(leftMs, () => {
      this.#endPatience = null;
      this.#pump();
    });
    return false;
  }

  /** Never rejects: every operation of the batch is resolved, rejected, or queued again. */
  async #run(lane: Lane, batch: readonly Operation[]): Promise<void> {
    lane.batches += 1;
    const marker = { slot: lane.slot, batch: String(lane.batches) };
    try {
      await this.#settleDoubt(lane);
      const { acknowledge, again } = await commitBatch(this.#options, batch, marker);
      for (const tell of acknowledge) tell();
      this.#queue.unshift(...again);
    } catch (cause) {
      if (cause instanceof CommitUnknown) {
        lane.doubt = cause.doubt;
        if (!cause.doubt.commitSent) return this.#again(batch, cause);
      }
      if (isRetryable(cause)) return this.#again(batch, cause);
      // What is in doubt is never done a second time, and what cannot be reached not tried for each.
      if (cause instanceof StorageUnavailable || batch.length === 1 || !maySpareOthers(cause)) {
        return this.#refuse(batch, cause);
      }
      // One operation's write is what fails: halving finds it, and the others are written without it.
      const half = Math.ceil(batch.length / 2);
      await this.#run(lane, batch.slice(0, half));
      await this.#run(lane, batch.slice(half));
    }
  }

  /**
   * Looks again at commits of which nobody knows yet.
   * @throws StorageUnavailable while one is still open
   */
  async settleDoubts(): Promise<void> {
    await Promise.all(this.#idleLanes.map((lane) => this.#settleDoubt(lane)));
  }

  /** Nobody waits for a lock that a standby may keep for hours: while the doubt lasts, all are refused at once. */
  async #settleDoubt(lane: Lane): Promise<void> {
    if (lane.doubt === null) return;
    try {
      await lookAtMarker(this.#options.connections, lane.doubt);
      lane.doubt = null;
    } catch (cause) {
      const reason = cause instanceof StorageUnavailable ? cause.message : heldReason;
      throw new StorageUnavailable(`a commit before is not settled yet: ${reason}`, { cause });
    }
  }

  #again(batch: readonly Operation[], cause: unknown): void {
    for (const operation of batch) operation.tries += 1;
    const tired = batch.filter(({ tries }) => tries >= triesMax);
    this.#queue.unshift(...batch.filter(({ tries }) => tries < triesMax));
    for (const { reject } of tired) reject(asFault(cause));
  }

  #refuse(batch: readonly Operation[], cause: unknown): void {
    for (const { reject } of batch) reject(asFault(cause));
    if (!(cause instanceof StorageUnavailable)) return;
    // Whoever waits would find the same, one time-out after the other: all are told now.
    for (const { reject } of this.#queue.splice(0)) reject(asFault(cause));
  }
}

function asFault(cause: unknown): StorageUnavailable {
  if (cause instanceof StorageUnavailable) return cause;
  return new StorageUnavailable("the update could not be written", { cause });
}
