import type pg from "pg";
import { commit } from "./commit.ts";
import type { Connections } from "./connections.ts";

/** Any number that only we use. */
const exclusiveLock = 0x636f_756f;
/** With patience of its own: the pool's would give up on whoever is at it. */
const exclusiveWaitMs = 3_600_000;

/** Runs `work` in one transaction of its own, which is rolled back when it throws. */
export async function transaction<R>(
  connections: Connections,
  work: (client: pg.PoolClient) => Promise<R>,
): Promise<R> {
  const client = await connections.connect();
  try {
    await client.query("begin isolation level read committed");
    const result = await work(client);
    await commit(client);
    client.release();
    return result;
  } catch (cause) {
    client.release(cause as Error);
    throw cause;
  }
}

/** Runs `work` while no other node runs any: what is done once for an installation. */
export function exclusively<R>(connections: Connections, work: () => Promise<R>): Promise<R> {
  return transaction(connections, async (client) => {
    await client.query("set local idle_in_transaction_session_timeout = 0");
    await client.query("set local statement_timeout = 0");
    // The lock lives in a transaction, not in the session: poolers hand sessions around.
    const lock = { text: "select pg_advisory_xact_lock($1)", query_timeout: exclusiveWaitMs };
    await client.query({ ...lock, values: [exclusiveLock] });
    return await work();
  });
}
