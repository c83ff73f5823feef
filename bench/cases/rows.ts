import { fillDatabase, fillFolder } from "../fill.ts";
import type { SubjectSetup } from "../subject.ts";
import {
  type Bench,
  countersignOn,
  type Goal,
  percent,
  type Section,
  type StoreName,
  storeTitles,
  whole,
} from "./case.ts";
import { compete, type Entry, type Standing, standingIn } from "./contenders.ts";

const few = 1_000;

const nameOf = (store: StoreName, count: number): string => `${storeTitles[store]}, ${whole(count)}`;

/** Whether a pair costs more in a full store than in an empty one. */
export async function rows(bench: Bench): Promise<Section> {
  const entries: Entry[] = [];
  const fillSeconds: string[] = [];
  for (const store of bench.stores) {
    for (const count of [few, bench.rowsMax]) {
      bench.progress(`rows: filling ${nameOf(store, count)}`);
      const beganAt = performance.now();
      const setup = await countersignOn(store, bench);
      await fill(bench, setup, count);
      const seconds = ((performance.now() - beganAt) / 1_000).toFixed(0);
      fillSeconds.push(`${nameOf(store, count)}: ${seconds} s`);
      entries.push({ name: nameOf(store, count), setup });
    }
  }
  return toSection(bench, await compete(bench, "rows", entries), fillSeconds);
}

async function fill(bench: Bench, { server }: SubjectSetup, count: number): Promise<void> {
  if (server.mode !== "countersign") throw new TypeError("only our own stores are filled");
  if (server.databaseUrl === undefined) return await fillFolder(server.folder, count);
  await fillDatabase(await bench.database(), server.databaseUrl, count);
}

function toSection(bench: Bench, standings: readonly Standing[], fillSeconds: readonly string[]): Section {
  const growth = (store: StoreName, of: "usPerPair" | "cpuUsPerPair"): number =>
    standingIn(standings, nameOf(store, bench.rowsMax))[of].median /
      standingIn(standings, nameOf(store, few))[of].median -
    1;
  return {
    name: "rows",
    title: `Cost of a pair by rows stored, median of ${bench.rounds} alternating rounds of ${bench.seconds} s`,
    columns: [
      "store and its verifications",
      "us/pair",
      "min to max",
      "CPU us/pair",
      "of it database",
      "pairs/s",
    ],
    rows: standings.map((one) => [
      one.name,
      whole(one.usPerPair.median),
      `${whole(one.usPerPair.min)} to ${whole(one.usPerPair.max)}`,
      whole(one.cpuUsPerPair.median),
      one.databaseCpuUsPerPair.median === 0 ? "-" : whole(one.databaseCpuUsPerPair.median),
      whole(one.pairsPerSecond.median),
    ]),
    notes: [
      ...bench.stores.map(
        (store) =>
          `${storeTitles[store]}: by processor time a pair costs ${percent(growth(store, "cpuUsPerPair"))} more in the fuller store.`,
      ),
      `The rows are spread over the last 28 days. Filling took: ${fillSeconds.join("; ")}.`,
    ],
    goals: bench.stores.map(
      (store): Goal => ({
        what: `${storeTitles[store]}, more time per pair with ${whole(bench.rowsMax)} stored than with ${whole(few)}`,
        measured: growth(store, "usPerPair") * 100,
        unit: "%",
        target: 10,
        better: "lower",
        gate: null,
      }),
    ),
    plots: [],
    data: standings,
  };
}
