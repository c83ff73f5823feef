import { expect, test } from "vitest";
import { generous } from "../support/limits.ts";
import { failoverRounds } from "./failover-rounds.ts";

test("R-07: when the primary is killed under load and its standby promoted, two nodes find it by themselves within 10 s, and nothing acknowledged is lost or approved twice", async () => {
  const report = await failoverRounds({ failovers: 1, withOldPrimary: false, drainMs: 0 });
  expect(report.anomalies).toEqual([]);
  expect(report.acknowledgedStarts).toBeGreaterThan(20);
  expect(report.acknowledgedChecks).toBeGreaterThan(20);
  expect(report.outageMs).toHaveLength(2);
  expect(report.outageMs.at(-1)).toBeLessThan(generous(10_000));
});
