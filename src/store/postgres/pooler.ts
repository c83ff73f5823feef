import type pg from "pg";
import { type Finding, fail, ok, warn } from "../finding.ts";
import type { Connections } from "./connections.ts";

const probe = { name: "pooler_probe", text: "select pg_backend_pid() as pid" };
const roundsMax = 4;

/**
 * What stands between us and the server. A pooler gives its clients process numbers of its own; one that pools by
 * transaction hands a session's server to others between its statements, which shows when others are at work.
 */
export async function lookThroughPooler(connections: Connections): Promise<readonly Finding[]> {
  const ours = await connections.connect();
  const others = await connections.connect();
  try {
    const first = await pidOf(ours);
    const told = (ours as { readonly processID?: number | null }).processID ?? null;
    const pids = new Set([first]);
    for (let round = 0; round < roundsMax; round++) {
      // Its transaction takes whichever server is free, ours too where it is given back after each statement.
      await others.query("begin");
      try {
        pids.add(await pidOf(ours));
      } finally {
        await others.query("rollback");
      }
    }
    if (pids.size > 1) return [byTransaction];
    if (told !== null && told !== first) return [ok("pooler", "one that pools by session")];
    return [ok("pooler", "none")];
  } catch (cause) {
    if (isUnknownStatement(cause)) return [withoutStatements];
    throw cause;
  } finally {
    ours.release(true);
    others.release(true);
  }
}

const byTransaction = warn(
  "pooler",
  "one that pools by transaction, with prepared statements",
  "Pool by session (PgBouncer: pool_mode = session) if connections allow: that is what is tested most.",
);

const withoutStatements = fail(
  "pooler",
  "one that pools by transaction and does not keep prepared statements: servers would fail under load",
  "PgBouncer 1.21 or newer: set max_prepared_statements = 200, or pool_mode = session.",
);

async function pidOf(client: pg.PoolClient): Promise<number> {
  const { rows } = await client.query<{ pid: number }>(probe);
  return rows[0]?.pid ?? 0;
}

/** `invalid_sql_statement_name`, `duplicate_prepared_statement`. */
function isUnknownStatement(cause: unknown): boolean {
  const code = (cause as { readonly code?: unknown } | null)?.code;
  return code === "26000" || code === "42P05";
}
