// What test/move shows of a kill between the two marks, at every write: npm run prove -- moves [every] [pairs]. Appends its numbers to the ledger.
import { randomInt } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "../../src/testing/index.ts";
import { type MoveCase, type MoveScene, moveCases, openMoveScene, writesOf } from "../crash/move-deaths.ts";
import { startPostgres } from "../support/postgres.ts";
import { writeLedger } from "./ledger.ts";

/**
 * Kills moves and undone moves before and after every `every`th of their writes, from a random one on, and `pairs` of each
 * case twice; writes down what came of them, and says whether all was well.
 */
export async function proveMoves(every: number, pairs: number): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-prove-moves-"));
  const postgres = await startPostgres();
  const seed = randomInt(2 ** 31);
  let isWell = true;
  try {
    const scene = await openMoveScene(postgres, folder);
    for (const what of moveCases) {
      const deaths = [...everyDeath(scene, what, every, seed), ...pairsOf(scene, what, pairs, seed)];
      const sum = { kills: 0, anomalies: 0 };
      for (const at of deaths) {
        const { kills, anomalies } = await scene.play({ what, at });
        sum.kills += kills;
        sum.anomalies += anomalies.length;
        for (const anomaly of anomalies) process.stdout.write(`${anomaly}\n`);
      }
      const writes = writesOf(scene, what);
      writeLedger("moves", {
        requirement: "R-20",
        proof: what,
        seed,
        writes,
        every,
        runs: deaths.length,
        ...sum,
      });
      isWell &&= sum.anomalies === 0;
    }
    return isWell;
  } finally {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const whens = ["before", "after"] as const;

function everyDeath(scene: MoveScene, what: MoveCase, every: number, seed: number): string[][] {
  const count = Math.ceil((writesOf(scene, what) - (seed % every)) / every);
  const nths = Array.from({ length: count }, (_, index) => 1 + (seed % every) + index * every);
  return nths.flatMap((nth) => whens.map((when) => [`${when} ${nth}`]));
}

/** Killed, and killed again while it is repeated. */
function pairsOf(scene: MoveScene, what: MoveCase, pairs: number, seed: number): string[][] {
  const random = seededRandom(seed);
  const point = (): string =>
    `${whens[Math.floor(random.next() * 2)]} ${1 + Math.floor(random.next() * writesOf(scene, what))}`;
  return Array.from({ length: pairs }, () => [point(), point()]);
}
