// The long version of test/crash/rotation-kill.test.ts: npm run prove -- secrets [kills]. Appends its numbers to the ledger.
import { randomInt } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rotationRounds } from "../crash/rotation-rounds.ts";
import { startPostgres } from "../support/postgres.ts";
import { writeLedger } from "./ledger.ts";

const people = 100;
const killsPerRotation = 5;

/**
 * Runs the kills during rotations with one server on SQLite, and with two on PostgreSQL of which one is killed in turn;
 * writes down what came of them, and says whether all was well.
 */
export async function proveSecretRotation(kills: number): Promise<boolean> {
  const isWell = await prove("one server on SQLite", 1, null, kills);
  const postgres = await startPostgres();
  try {
    return (await prove("two servers on PostgreSQL", 2, await postgres.database(), kills)) && isWell;
  } finally {
    await postgres.stop();
  }
}

async function prove(
  proof: string,
  nodes: number,
  databaseUrl: string | null,
  kills: number,
): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-prove-secrets-"));
  const seed = randomInt(2 ** 31);
  const rotations = Math.max(2, Math.ceil(kills / killsPerRotation));
  try {
    const { anomalies, ...counts } = await rotationRounds({
      folder,
      databaseUrl,
      nodes,
      kills,
      rotations,
      seed,
      lifeMsMax: 2_000,
      people,
      isWhole: true,
    });
    writeLedger("secrets", {
      proof,
      requirement: "K-4",
      seed,
      nodes,
      people,
      ...counts,
      anomalies: anomalies.length,
    });
    for (const anomaly of anomalies) process.stdout.write(`${anomaly}\n`);
    return anomalies.length === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
