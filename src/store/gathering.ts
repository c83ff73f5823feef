import type { Clock } from "../clock/index.ts";

/** As long as arrivals go on, a batch gathers for less than this. */
const gatherMsMax = 2;

/**
 * Whether updates are still pouring in: then a turn of the event loop more is cheaper than a commit of its own for those
 * that come in it. On a fast disk flushes are short and batches were small: with this, 68 instead of 47 updates share a
 * commit of the embedded store at 64 connections, and a start and check take 4 to 16 % less of the processor (six
 * alternating runs; 6 % on PostgreSQL). A lone update waits for one empty turn.
 */
export class Gathering {
  readonly #batchMax: number;
  readonly #clock: Pick<Clock, "now">;
  /** Of the updates that wait, those that the turn before saw. */
  #seen = 0;
  #since = 0;

  constructor(batchMax: number, clock: Pick<Clock, "now">) {
    this.#batchMax = batchMax;
    this.#clock = clock;
  }

  /** Asked once a turn, until it says no. */
  goesOn(waiting: number): boolean {
    if (waiting <= this.#seen || waiting >= this.#batchMax) return false;
    const now = this.#clock.now();
    if (this.#seen === 0) this.#since = now;
    this.#seen = waiting;
    return now - this.#since < gatherMsMax;
  }

  /** The batch begins: the next one gathers anew. */
  end(): void {
    this.#seen = 0;
  }
}
