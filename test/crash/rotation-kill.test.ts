import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { rotationRounds } from "./rotation-rounds.ts";

test("K-4: kill -9 while everything is brought to another secret fails no verification and leaves nothing unreadable", async () => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-rotation-"));
  try {
    const report = await rotationRounds({ folder, kills: 2, seed: 11, lifeMsMax: 600, people: 6 });
    expect(report.anomalies).toEqual([]);
    expect(report.rotations).toBe(2);
    expect(report.sealed).toBeGreaterThan(20);
    expect(report.challengesMet).toBeGreaterThan(5);
    expect(report.acknowledgedStarts).toBeGreaterThan(10);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);
