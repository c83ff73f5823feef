import type { BetterAuthSetup } from "../protocol.ts";
import type { SubjectSetup } from "../subject.ts";
import {
  type Bench,
  countersignOn,
  freshFolder,
  type Goal,
  percent,
  type Section,
  type StoreName,
  storeTitles,
  times,
} from "./case.ts";
import {
  compete,
  type Entry,
  ratio,
  type Standing,
  standingColumns,
  standingIn,
  standingRow,
} from "./contenders.ts";

const bareName = "bare Fastify, two JSON POSTs";
const tutorialName = "tutorial: Express, a map in memory";

const group = (store: StoreName): string => `Countersign on ${storeTitles[store]}`;
const single = (store: StoreName): string => `${group(store)}, one commit an operation`;
const other = (store: StoreName): string => `${group(store)}, the other checkout`;
const peer = (store: StoreName, check: BetterAuthSetup["check"]): string =>
  `better-auth on ${storeTitles[store]}, send + ${check}`;

/** Durable pairs a second of all servers in one run, in alternating rounds. */
export async function throughput(bench: Bench): Promise<Section> {
  const standings = await compete(bench, "throughput", await entriesOf(bench));
  const bare = standingIn(standings, bareName);
  return {
    name: "throughput",
    title: `Start and check pairs, ${bench.connections} connections, median of ${bench.rounds} alternating rounds of ${bench.seconds} s`,
    columns: standingColumns,
    rows: standings.map((one) => standingRow(one, bare)),
    notes: notesOf(bench, standings),
    goals: goalsOf(bench, standings),
    plots: [
      {
        kind: "bars",
        name: "throughput",
        title: `Start and check pairs a second, one core, ${bench.connections} connections`,
        unit: "pairs/s",
        bars: standings.map(({ name, pairsPerSecond: { median, min, max } }) => ({
          label: name,
          value: median,
          min,
          max,
          isOurs: name.startsWith("Countersign"),
        })),
      },
    ],
    data: standings,
  };
}

async function entriesOf(bench: Bench): Promise<Entry[]> {
  const entries: Entry[] = [{ name: bareName, setup: { server: { mode: "bare" } } }];
  const { against } = bench;
  if (against !== null) {
    // A comparison of two checkouts: nothing else may take time between their rounds.
    for (const store of bench.stores) {
      entries.push({ name: group(store), setup: await countersignOn(store, bench) });
      entries.push({ name: other(store), setup: { ...(await countersignOn(store, bench)), root: against } });
    }
    return entries;
  }
  entries.push({ name: tutorialName, setup: { server: { mode: "tutorial" } } });
  for (const store of bench.stores) {
    entries.push({ name: group(store), setup: await countersignOn(store, bench) });
    entries.push({ name: single(store), setup: await countersignOn(store, bench, 1) });
    for (const check of ["verify", "consume"] as const) {
      entries.push({ name: peer(store, check), setup: await betterAuthOn(store, check, bench) });
    }
  }
  return entries;
}

async function betterAuthOn(
  store: StoreName,
  check: BetterAuthSetup["check"],
  bench: Bench,
): Promise<SubjectSetup> {
  const server = { mode: "betterAuth", folder: freshFolder(bench), check } as const;
  if (store === "sqlite") return { server };
  const database = await bench.database();
  return { server: { ...server, databaseUrl: await database.database("empty") }, database };
}

function notesOf(bench: Bench, standings: readonly Standing[]): string[] {
  const notes = [
    "Share: of the bare server's pairs a second in this run; by processor time (server and database) where the machine is not ours alone.",
    "Every pair waits for its code to arrive on the phone; a round of Countersign ends when every delivery is booked.",
  ];
  for (const store of bench.stores) {
    const compare = (what: string, to: string): void => {
      const by = ratio(standings, group(store), to);
      if (by !== null) notes.push(`${group(store)} against ${what}: ${times(by)}.`);
    };
    compare("one commit an operation", single(store));
    compare("better-auth, send + verify", peer(store, "verify"));
    compare("better-auth, send + consume", peer(store, "consume"));
    compare("the other checkout", other(store));
  }
  const toTutorial = ratio(standings, group("sqlite"), tutorialName);
  if (toTutorial !== null) {
    notes.push(`${group("sqlite")} reaches ${percent(toTutorial)} of the tutorial, which keeps nothing.`);
  }
  return notes;
}

function goalsOf(bench: Bench, standings: readonly Standing[]): Goal[] {
  const goals: Goal[] = [];
  const add = (
    what: string,
    measured: number | null,
    bounds: Pick<Goal, "unit" | "target" | "goal">,
  ): void => {
    if (measured === null) return;
    const gate = what.startsWith("SQLite, share of the bare rate") ? 25 : null;
    goals.push({ what, measured, ...bounds, better: "higher", gate });
  };
  for (const store of bench.stores) {
    const share = (ratio(standings, group(store), bareName) ?? 0) * 100;
    const name = storeTitles[store];
    add(
      `${name}, share of the bare rate`,
      share,
      store === "sqlite" ? { unit: "%", target: 40, goal: 55 } : { unit: "%", target: 20, goal: 35 },
    );
    if (store === "postgres") {
      const bySingle = ratio(standings, group(store), single(store));
      add(`${name}, against one commit an operation`, bySingle, { unit: "times", target: 2 });
    }
    for (const [check, target] of [
      ["verify", 20],
      ["consume", 10],
    ] as const) {
      const byPeer = ratio(standings, group(store), peer(store, check));
      add(`${name}, against better-auth's send + ${check}`, byPeer, { unit: "times", target });
    }
    goals.push({
      what: `${name}, event loop delay p99.9 under full load`,
      measured: standingIn(standings, group(store)).loopDelayP999Ms,
      unit: "ms",
      target: 50,
      better: "lower",
      gate: null,
    });
  }
  return goals;
}
