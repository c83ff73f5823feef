import type pg from "pg";
import type { Clock } from "../../clock/index.ts";
import { StorageUnavailable } from "../errors.ts";
import { applicationName } from "./database.ts";

/** Where one lane of a node writes the number of its batch, in the batch's own transaction. */
export interface Marker {
  readonly slot: string;
  readonly batch: string;
}

const resolveMsMax = 8_000;
const pauseMs = 100;

export async function makeMarker(pool: pg.Pool, slot: string): Promise<void> {
  await pool.query(
    `insert into commit_markers (slot, batch, at) values ($1, '0', 0) on conflict (slot) do nothing`,
    [slot],
  );
}

export interface Doubt {
  readonly marker: Marker;
  readonly node: string;
  /** The server's process that held the transaction. */
  readonly processId: number | null;
  readonly commitSent: boolean;
}

/**
 * Whether a transaction took place although its answer never came. Its marker says so: it is written with everything
 * else, and reading it for update waits for the end of whoever wrote it last. A transaction's number would not do: a
 * server that crashed or a standby that was promoted may give the same one to another transaction.
 * @throws StorageUnavailable when it cannot be found out in time
 */
export async function tookPlace(pool: pg.Pool, doubt: Doubt, clock: Clock): Promise<boolean> {
  const giveUpAt = clock.now() + resolveMsMax;
  for (;;) {
    try {
      await endProcess(pool, doubt);
      const { rows } = await pool.query<{ batch: string }>({
        name: "read_marker",
        text: "select batch from commit_markers where slot = $1 for update",
        values: [doubt.marker.slot],
      });
      return rows[0]?.batch === doubt.marker.batch;
    } catch (cause) {
      if (clock.now() + pauseMs >= giveUpAt) {
        throw new StorageUnavailable("the answer to a commit was lost, and what became of it is not known", {
          cause,
        });
      }
      await clock.sleep(pauseMs);
    }
  }
}

/**
 * A server does not notice that its client is gone while it waits for its next statement, and keeps the locks. It is
 * told. One that is at work on a commit is left to finish it.
 */
async function endProcess(pool: pg.Pool, { processId, node, commitSent }: Doubt): Promise<void> {
  if (processId === null) return;
  await pool.query({
    name: "end_process",
    text: `select pg_terminate_backend(pid) from pg_stat_activity
            where pid = $1 and application_name = $2 and (state like 'idle in transaction%' or $3)`,
    values: [processId, applicationName(node), !commitSent],
  });
}
