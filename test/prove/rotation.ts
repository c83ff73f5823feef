// The long version of test/crash/rotation-deaths.test.ts: npm run prove -- rotation [every]. Appends its numbers to the ledger.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { movedCopies } from "../crash/moved-copies.ts";
import { type RotationScene, rotationDeaths } from "../crash/rotation-deaths.ts";
import { startPostgres } from "../support/postgres.ts";
import { writeLedger } from "./ledger.ts";

/** Cuts rotations at every `every`th of their commits on both stores, writes down what came of it, and says whether all was well. */
export async function proveRotation(every: number): Promise<boolean> {
  const isWell = await prove("SQLite", every, null);
  const postgres = await startPostgres();
  try {
    return (await prove("PostgreSQL", every, movedCopies(postgres))) && isWell;
  } finally {
    await postgres.stop();
  }
}

async function prove(
  proof: string,
  every: number,
  databaseOf: RotationScene["databaseOf"],
): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-prove-rotation-"));
  try {
    const { kills, anomalies } = await rotationDeaths({ folder, databaseOf }, every);
    writeLedger("rotation", { proof, requirement: "K-4", every, kills, anomalies: anomalies.length });
    for (const anomaly of anomalies) process.stdout.write(`${anomaly}\n`);
    return anomalies.length === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
