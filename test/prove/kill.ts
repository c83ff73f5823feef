// The long version of test/crash/kill.test.ts: npm run prove -- kill [kills]. Appends its numbers to the ledger.
import { randomInt } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { killRounds } from "../crash/kill-rounds.ts";
import { writeLedger } from "./ledger.ts";

const readyMsMax = 2_000;
/** Longer than a lease and the wait for a receipt: what a kill left behind is taken over and sent again. */
const drainMs = 22_000;

/** Runs the kills, writes down what came of them, and says whether all was well. */
export async function proveKill(kills: number): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-prove-kill-"));
  const seed = randomInt(2 ** 31);
  try {
    const { anomalies, readyMs, ...counts } = await killRounds({
      folder,
      kills,
      seed,
      lifeMsMax: 3_000,
      drainMs,
    });
    const ready = {
      median: readyMs[Math.floor(readyMs.length / 2)],
      max: readyMs.at(-1),
      over2s: readyMs.filter((one) => one > readyMsMax).length,
    };
    writeLedger("kill", {
      requirement: "R-04",
      seed,
      ...counts,
      readyMs: ready,
      anomalies: anomalies.length,
    });
    for (const anomaly of anomalies) process.stdout.write(`${anomaly}\n`);
    return anomalies.length === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
