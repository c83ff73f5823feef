// The long version of test/crash/rotation-kill.test.ts: npm run prove -- secrets [kills]. Appends its numbers to the ledger.
import { randomInt } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rotationRounds } from "../crash/rotation-rounds.ts";
import { writeLedger } from "./ledger.ts";

const people = 100;

/** Runs the kills during rotations, writes down what came of them, and says whether all was well. */
export async function proveSecretRotation(kills: number): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-prove-secrets-"));
  const seed = randomInt(2 ** 31);
  try {
    const { anomalies, ...counts } = await rotationRounds({ folder, kills, seed, lifeMsMax: 2_000, people });
    writeLedger("secrets", { requirement: "K-4", seed, people, ...counts, anomalies: anomalies.length });
    for (const anomaly of anomalies) process.stdout.write(`${anomaly}\n`);
    return anomalies.length === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
