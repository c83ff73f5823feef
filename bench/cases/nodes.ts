import { cores, fitsNodes } from "../cores.ts";
import { startDatabase } from "../database.ts";
import { type Bench, freshFolder, type Section, times, whole } from "./case.ts";
import { compete, ratio, standingIn } from "./contenders.ts";

const oneNode = "one node";
const twoNodes = "two nodes";
const nodesTarget = 1.7;

/** How much a second node on the same database adds: with a core for each node, one for the database, one for the load. */
export async function nodes(bench: Bench): Promise<Section> {
  // A smoke runs it anyway, to see that it works; what it measures on fewer cores says nothing.
  if (!fitsNodes && !bench.quick) return sectionOf(bench, [], null, []);
  const database = await startDatabase(fitsNodes ? cores.database : cores.server);
  try {
    const secondCore = fitsNodes ? cores.secondServer : cores.server;
    const countersign = async () => ({
      mode: "countersign" as const,
      folder: freshFolder(bench),
      databaseUrl: await database.database("countersign"),
    });
    const standings = await compete(bench, "nodes", [
      { name: oneNode, setup: { server: await countersign(), database } },
      {
        name: twoNodes,
        setup: { server: await countersign(), database, cores: [cores.server, secondCore] },
      },
    ]);
    const rows = [oneNode, twoNodes].map((name) => {
      const { pairsPerSecond, cpuUsPerPair, databaseCpuUsPerPair } = standingIn(standings, name);
      return [
        name,
        whole(pairsPerSecond.median),
        `${whole(pairsPerSecond.min)} to ${whole(pairsPerSecond.max)}`,
        whole(cpuUsPerPair.median),
        whole(databaseCpuUsPerPair.median),
      ];
    });
    return sectionOf(bench, rows, ratio(standings, twoNodes, oneNode), standings);
  } finally {
    await database.stop();
  }
}

function sectionOf(bench: Bench, rows: string[][], measured: number | null, data: unknown): Section {
  const scaling = fitsNodes ? measured : null;
  return {
    name: "nodes",
    title: `Nodes on one PostgreSQL, a core each, ${bench.connections} connections, median of ${bench.rounds} alternating rounds of ${bench.seconds} s`,
    columns: ["case", "pairs/s", "min to max", "CPU us/pair", "of it database"],
    rows: rows.length > 0 ? rows : [oneNode, twoNodes].map((name) => [name, "not measured here", "", "", ""]),
    notes: [
      scaling === null
        ? "Not measured here: two nodes, the database and the load need four cores of their own."
        : `Two nodes against one: ${times(scaling)}.`,
    ],
    goals: [
      {
        what: "two nodes against one",
        measured: scaling,
        unit: "times",
        target: nodesTarget,
        better: "higher",
        gate: null,
      },
    ],
    plots: [],
    data,
  };
}
