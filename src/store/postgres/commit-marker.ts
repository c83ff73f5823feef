import type { Clock } from "../../clock/index.ts";
import { StorageUnavailable } from "../errors.ts";
import type { Connections } from "./connections.ts";
import { transaction } from "./database.ts";
import { reasonOf } from "./faults.ts";
import { applicationName } from "./session.ts";

/** Where one lane of a node writes the number of its batch, in the batch's own transaction. */
export interface Marker {
  readonly slot: string;
  readonly batch: string;
}

const resolveMsMax = 8_000;
const pauseMs = 100;

export async function makeMarker(connections: Connections, slot: string): Promise<void> {
  await connections.query(
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

/** What became of a commit could not be found out in time. If it was sent, it may have taken place, or may yet. */
export class CommitUnknown extends StorageUnavailable {
  override readonly name = "CommitUnknown";
  readonly doubt: Doubt;

  constructor(doubt: Doubt, cause: unknown) {
    super(`the answer to a commit was lost, and what became of it is not known (${reasonOf(cause)})`, {
      cause,
    });
    this.doubt = doubt;
  }
}

/**
 * Whether a transaction took place although its answer never came or did not mean all of it. Its marker says so: it is
 * written with everything else, and cannot be locked before whoever wrote it last has ended. A transaction's number would
 * not do: a server that crashed or a standby that was promoted may give the same one to another transaction.
 *
 * Being there is not enough, since a fail-over loses what no standby has: a transaction whose wait was cancelled, or that
 * a crashed primary found in its log. So the look is a write of its own, in a transaction that must be confirmed. A log
 * is one sequence: when its end has arrived at the standby, everything before it has. And on a server that was promoted
 * meanwhile the marker is there only if it arrived.
 * @throws CommitUnknown when it cannot be found out in time
 */
export async function tookPlace(connections: Connections, doubt: Doubt, clock: Clock): Promise<boolean> {
  // What was never sent did not take place. Only the server has to be told, and that can be done later.
  const giveUpAt = clock.now() + (doubt.commitSent ? resolveMsMax : 0);
  for (;;) {
    try {
      return await lookAtMarker(connections, doubt);
    } catch (cause) {
      if (clock.now() + pauseMs >= giveUpAt) throw new CommitUnknown(doubt, cause);
      await clock.sleep(pauseMs);
    }
  }
}

/** One look; it fails at once while somebody holds the marker. */
export async function lookAtMarker(connections: Connections, doubt: Doubt): Promise<boolean> {
  await endProcess(connections, doubt);
  const batch = await transaction(connections, async (client) => {
    const { rows } = await client.query<{ batch: string }>({
      name: "touch_marker",
      text: `with held as materialized (select slot from commit_markers where slot = $1 for update nowait)
             update commit_markers m set at = m.at + 1 from held where m.slot = held.slot returning m.batch`,
      values: [doubt.marker.slot],
    });
    return rows[0]?.batch;
  });
  return batch === doubt.marker.batch;
}

/**
 * A server does not notice that its client is gone while it waits for its next statement, and keeps the locks. It is
 * told. One that is at work on a commit is left to finish it.
 */
async function endProcess(connections: Connections, { processId, node, commitSent }: Doubt): Promise<void> {
  if (processId === null) return;
  await connections.query({
    name: "end_process",
    text: `select pg_terminate_backend(pid) from pg_stat_activity
            where pid = $1 and application_name = $2 and pid <> pg_backend_pid()
              and (state like 'idle in transaction%' or $3)`,
    values: [processId, applicationName(node), !commitSent],
  });
}
