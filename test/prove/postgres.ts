// The long version of test/store/postgres-faults.test.ts and test/nodes: npm run prove -- postgres [cuts] [kills]
// [rounds]. Appends its numbers to the ledger, and goes on where it was stopped.

import { openPostgresStore } from "../../src/store/index.ts";
import { nodeRounds } from "../nodes/node-rounds.ts";
import { commitCuts } from "../support/commit-cuts.ts";
import { databaseKills } from "../support/database-kills.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { startTcpProxy, through } from "../support/tcp-proxy.ts";
import { inSlices, type Line, spread } from "./ledger.ts";

const readyMsMax = 2_000;
/** Longer than a lease and the wait for a receipt: what was left behind is taken over and sent again. */
const drainMs = 22_000;
const part = "postgres";
type Slice = Line & { readonly failed: boolean };

/** Cuts commits, kills the database, kills and pauses nodes; says whether all was well. */
export async function provePostgres(cuts: number, kills: number, rounds: number): Promise<boolean> {
  const server = await startPostgres();
  try {
    const results = [
      await inSlices(part, { proof: "commits cut", count: cuts, slice: 200 }, (count) => cut(server, count)),
      await inSlices(part, { proof: "database killed", count: kills, slice: 10 }, (count) =>
        kill(server, count),
      ),
      await inSlices(part, { proof: "nodes killed and paused", count: rounds, slice: 8 }, (count) =>
        killNodes(server, count),
      ),
    ];
    return results.every((isWell) => isWell);
  } finally {
    await server.stop();
  }
}

async function cut(server: TestPostgres, count: number): Promise<Slice> {
  const url = await server.database();
  const proxy = await startTcpProxy(server.port);
  const store = await openPostgresStore({ url: through(url, proxy.port) });
  const direct = await openPostgresStore({ url });
  try {
    const report = await commitCuts(store, direct, proxy, count);
    return { requirement: "R-09", ...report, failed: report.lost + report.doubled > 0 };
  } finally {
    await store.close();
    await direct.close();
    await proxy.close();
  }
}

async function kill(server: TestPostgres, count: number): Promise<Slice> {
  const { recoveryMs, ...report } = await databaseKills(server, await server.database(), count);
  const failed = report.lost + report.doubled > 0 || (recoveryMs.at(-1) ?? 0) > readyMsMax;
  return { requirement: "R-06", ...report, recoveryMs: spread(recoveryMs), failed };
}

async function killNodes(server: TestPostgres, count: number): Promise<Slice> {
  const { anomalies, readyMs, ...report } = await nodeRounds(await server.database(), count, drainMs);
  for (const anomaly of anomalies) process.stdout.write(`${anomaly}\n`);
  return {
    requirement: "R-06, D-4",
    ...report,
    readyMs: spread(readyMs),
    anomalies: anomalies.length,
    failed: anomalies.length > 0,
  };
}
