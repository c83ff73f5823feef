import type pg from "pg";
import type { Due } from "../port.ts";
import { prepared } from "./prepared.ts";

export type DueQueue = "delivery" | "alarm";

/** One look a queue: until when, how many, after how many. */
export const dueStatements: Readonly<Record<DueQueue, pg.QueryConfig>> = {
  delivery: prepared(
    "due_deliveries",
    `select verification_id as "verificationId", sequence, recipient_id as "recipientId"
       from deliveries where due_at is not null and due_at <= $1 order by due_at limit $2 offset $3`,
  ),
  alarm: prepared(
    "due_alarms",
    `select id as "verificationId", 0 as sequence, recipient_id as "recipientId"
       from verifications where alarm_at is not null and alarm_at <= $1 order by alarm_at limit $2 offset $3`,
  ),
};

/** Pages shorter than this are questions, not work on a backlog. */
const backlogMin = 100;
const windows = 4;

/**
 * What is due, for many nodes. While little is due the nodes' polls fall between each other, and whoever looks later
 * finds the work claimed. A backlog is different: every node would claim the same oldest page, and only one would get
 * it. So a node that saw a full page takes one of the next pages, its own first, until a page comes back short. The
 * claim decides in any case; this only saves lost claims.
 */
export class DueLooks {
  readonly #nth: Record<DueQueue, number>;
  readonly #isBehind: Record<DueQueue, boolean> = { delivery: false, alarm: false };
  readonly #query: (statement: pg.QueryConfig, values: unknown[]) => Promise<Due[]>;

  /** `start` differs from node to node. */
  constructor(start: number, query: (statement: pg.QueryConfig, values: unknown[]) => Promise<Due[]>) {
    this.#nth = { delivery: start % windows, alarm: start % windows };
    this.#query = query;
  }

  async look(queue: DueQueue, now: number, limit: number): Promise<Due[]> {
    const isWork = limit >= backlogMin;
    let skipped = 0;
    if (isWork && this.#isBehind[queue]) {
      skipped = this.#nth[queue] * limit;
      this.#nth[queue] = (this.#nth[queue] + 1) % windows;
    }
    let due = await this.#query(dueStatements[queue], [now, limit, skipped]);
    // The end of the backlog: what is left is at its front.
    if (due.length === 0 && skipped > 0) due = await this.#query(dueStatements[queue], [now, limit, 0]);
    if (isWork) this.#isBehind[queue] = due.length >= limit;
    return due;
  }
}
