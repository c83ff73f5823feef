import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { generous } from "../support/limits.ts";
import { killRounds } from "./kill-rounds.ts";

test("R-04, D-1, D-2, A-5, W-4: 20 times kill -9 under load lose nothing, approve nothing twice, and send again only what may not have left", async () => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-kill-"));
  try {
    // Two installations, since neither knows of the other and a machine has two cores at least.
    const halves = await Promise.all(
      [4, 5].map(async (seed) => {
        const own = join(folder, String(seed));
        mkdirSync(own);
        return await killRounds({ folder: own, kills: 10, seed, lifeMsMax: 1_600, drainMs: 0 });
      }),
    );
    for (const report of halves) {
      expect(report.anomalies).toEqual([]);
      expect(report.kills).toBe(10);
      expect(report.acknowledgedStarts).toBeGreaterThan(40);
      expect(report.acknowledgedChecks).toBeGreaterThan(40);
      expect(report.approved).toBeGreaterThan(10);
      // How long most of them take depends on what else runs on the machine.
      expect(report.readyMs[2]).toBeLessThan(generous(2_000));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
