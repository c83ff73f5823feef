import { openPostgresStore, type PostgresStore, StorageUnavailable } from "../../src/store/index.ts";
import { counted, countUp, countUpHot } from "./counted.ts";
import type { TestPostgres } from "./postgres.ts";

export interface KillsReport {
  readonly kills: number;
  readonly acknowledged: number;
  readonly refused: number;
  readonly lost: number;
  readonly doubled: number;
  /** From the database's return to the first update of each node, in milliseconds, smallest first. */
  readonly recoveryMs: readonly number[];
}

interface Load {
  isOver: boolean;
  refused: number;
  readonly acknowledged: string[];
}

const workersPerNode = 4;
const acknowledgedPerKill = 200;

/** Kills the database under the load of two nodes, again and again, and compares what was acknowledged. */
export async function databaseKills(server: TestPostgres, url: string, kills: number): Promise<KillsReport> {
  const nodes = [await openPostgresStore({ url }), await openPostgresStore({ url })];
  const recoveryMs: number[] = [];
  const load: Load = { isOver: false, refused: 0, acknowledged: [] };
  const workers = nodes.flatMap((node, index) =>
    Array.from({ length: workersPerNode }, (_, worker) => work(node, `${index}-${worker}`, load)),
  );
  try {
    for (let kill = 0; kill < kills; kill++) {
      const { acknowledged, refused } = { acknowledged: load.acknowledged.length, refused: load.refused };
      await until(() => load.acknowledged.length >= acknowledged + acknowledgedPerKill);
      await server.kill();
      await until(() => load.refused > refused);
      await server.restart();
      recoveryMs.push(...(await Promise.all(nodes.map((node, index) => recovers(node, `${kill}-${index}`)))));
    }
    load.isOver = true;
    await Promise.all(workers);
    const [node] = nodes as [PostgresStore];
    const { count, names } = await counted(node);
    return {
      kills,
      acknowledged: load.acknowledged.length,
      refused: load.refused,
      lost: load.acknowledged.filter((name) => !names.has(name)).length,
      doubled: count - names.size,
      recoveryMs: recoveryMs.sort((a, b) => a - b),
    };
  } finally {
    load.isOver = true;
    await Promise.all(nodes.map((node) => node.close()));
  }
}

async function work(node: PostgresStore, name: string, load: Load): Promise<void> {
  for (let turn = 0; !load.isOver; turn++) {
    try {
      // In turn rows of administration and rows of the hot path, which have statements of their own.
      const up = load.acknowledged.length % 100 < 50 ? countUp : countUpHot;
      await up(node, `${name}-${turn}`);
      load.acknowledged.push(`${name}-${turn}`);
    } catch (cause) {
      if (!(cause instanceof StorageUnavailable)) throw cause;
      load.refused += 1;
      await pause(5);
    }
  }
}

/** How long it took until an update went through. */
async function recovers(node: PostgresStore, name: string): Promise<number> {
  const startedAt = performance.now();
  for (let attempt = 0; attempt < 1_000; attempt++) {
    try {
      await countUp(node, `back-${name}-${attempt}`);
      return Math.round(performance.now() - startedAt);
    } catch {
      await pause(10);
    }
  }
  throw new Error("the node did not recover");
}

async function until(condition: () => boolean): Promise<void> {
  for (let look = 0; look < 6_000; look++) {
    if (condition()) return;
    await pause(5);
  }
  throw new Error(`never: ${String(condition)}`);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
