// The long version of test/nodes/failover.test.ts: npm run prove -- failover [failovers]. Appends its numbers to the
// ledger, and goes on where it was stopped.
import { failoverRounds } from "../nodes/failover-rounds.ts";
import { inSlices, spread } from "./ledger.ts";

const part = "failover";
const outageMsMax = 10_000;
const drainMs = 22_000;

/** Kills primaries and promotes standbys; and once, for comparison, without synchronous replication. */
export async function proveFailover(failovers: number): Promise<boolean> {
  const isWell = await inSlices(part, { proof: "synchronous", count: failovers, slice: 5 }, async (count) => {
    const rounds = await failoverRounds({ failovers: count, withOldPrimary: true, drainMs });
    const { anomalies, outageMs, promotionMs, ...report } = rounds;
    for (const anomaly of anomalies) process.stdout.write(`${anomaly}\n`);
    return {
      requirement: "R-07",
      ...report,
      outageMs: spread(outageMs),
      promotionMs: spread(promotionMs.toSorted((a, b) => a - b)),
      anomalies: anomalies.length,
      failed: anomalies.length > 0 || (outageMs.at(-1) ?? 0) > outageMsMax,
    };
  });
  // An audit that found nothing here would be worth nothing above.
  const doesFind = await inSlices(
    part,
    { proof: "asynchronous, for comparison", count: 1, slice: 1 },
    async () => {
      const rounds = await failoverRounds({
        failovers: 1,
        withOldPrimary: false,
        isAsynchronous: true,
        drainMs: 0,
      });
      const { anomalies, outageMs, promotionMs, ...report } = rounds;
      return { requirement: "R-07", ...report, anomalies: anomalies.length, failed: anomalies.length === 0 };
    },
  );
  return isWell && doesFind;
}
