import type { Clock } from "../../clock/index.ts";
import { DataUnreadable, StorageUnavailable } from "../errors.ts";
import type { Connections } from "./connections.ts";

const versionMin = 150_000;
const clockSkewMsMax = 2_000;

interface Facts {
  readonly version: number;
  readonly synchronous_commit: string;
  readonly standbys: string;
  readonly fsync: string;
  readonly pinned: boolean;
  readonly read_only: boolean;
  readonly now: string;
}

const facts = `select current_setting('server_version_num')::int as version,
  current_setting('synchronous_commit') as synchronous_commit,
  current_setting('synchronous_standby_names') as standbys,
  current_setting('fsync') as fsync,
  current_setting('enable_seqscan') = 'off' and current_setting('plan_cache_mode') = 'force_generic_plan'
    and current_setting('max_parallel_workers_per_gather') = '0' as pinned,
  pg_is_in_recovery() or current_setting('transaction_read_only') = 'on' as read_only,
  floor(extract(epoch from clock_timestamp()) * 1000)::bigint::text as now`;

/**
 * What the operator must know about this server, a sentence each.
 * @throws DataUnreadable when it is too old, StorageUnavailable when it takes no writes
 */
export async function checkServer(connections: Connections, clock: Clock): Promise<readonly string[]> {
  const askedAt = clock.now();
  const { rows } = await connections.query<Facts>(facts);
  const skew = Number(rows[0]?.now ?? 0) - (askedAt + clock.now()) / 2;
  return judgeServer(rows[0] as Facts, skew, connections.hasStandbys);
}

/** The same from what the server said of itself, and how far its clock is ahead. */
export function judgeServer(server: Facts, skewMs: number, hasStandbys: boolean): readonly string[] {
  if (server.version < versionMin) {
    throw new DataUnreadable(
      `this PostgreSQL is version ${Math.floor(server.version / 10_000)}, and 15 or newer is needed: upgrade it, or name another with DATABASE_URL`,
    );
  }
  if (server.read_only) {
    throw new StorageUnavailable(
      "the database is read-only: it is a standby, or its default is read-only transactions",
    );
  }
  const warnings: string[] = [];
  if (server.fsync === "off") {
    warnings.push("PostgreSQL runs with fsync = off: a power cut may destroy the whole database.");
  }
  if (server.synchronous_commit === "off") {
    warnings.push(
      "PostgreSQL runs with synchronous_commit = off: what was acknowledged right before a crash is lost. Set it to on.",
    );
  } else if (server.standbys !== "" && server.synchronous_commit === "local") {
    warnings.push(
      "PostgreSQL has synchronous standbys and synchronous_commit = local: a fail-over loses what was acknowledged right before it. Set it to on.",
    );
  }
  if (hasStandbys && server.standbys === "") {
    warnings.push(
      "DATABASE_URL names several hosts and PostgreSQL has no synchronous_standby_names: a fail-over loses what was acknowledged right before it.",
    );
  }
  if (!server.pinned) {
    warnings.push(
      "The planner's settings could not be sent with the connection, as through a pooler: set them for the role, as docs/operate.md says, or statements get slow as tables grow.",
    );
  }
  if (Math.abs(skewMs) > clockSkewMsMax) {
    warnings.push(
      `The clocks of this machine and of the database differ by ${Math.round(Math.abs(skewMs) / 1_000)} s: synchronize both.`,
    );
  }
  return warnings;
}
