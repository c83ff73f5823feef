import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, test } from "vitest";
import { startPostgres } from "../support/postgres.ts";
import { rotationRounds } from "./rotation-rounds.ts";

const folder = mkdtempSync(join(tmpdir(), "countersign-rotation-"));
const server = await startPostgres();
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

// One kill in one rotation each. `npm run prove -- secrets` kills many times over several rotations, gives the nodes each
// new secret one after the other under load, starts all of them without the former one, and has a hundred people.
test.concurrent.for([
  { store: "SQLite", nodes: 1 },
  { store: "PostgreSQL, of two nodes", nodes: 2 },
])(
  "K-4: kill -9 while everything is brought to another secret fails no verification and leaves nothing unreadable: $store",
  async ({ nodes }, { expect }) => {
    const databaseUrl = nodes === 1 ? null : await server.database();
    const own = join(folder, String(nodes));
    mkdirSync(own);
    const short = { kills: 1, rotations: 1, lifeMsMax: 300, people: 4, isWhole: false };
    const report = await rotationRounds({ folder: own, databaseUrl, nodes, seed: 11, ...short });
    expect(report.anomalies).toEqual([]);
    // Of each of the people the name and the seed, and their data key.
    expect(report.sealed).toBeGreaterThan(8);
    expect(report.challengesMet).toBeGreaterThan(0);
    expect(report.acknowledgedStarts).toBeGreaterThan(5);
  },
);
