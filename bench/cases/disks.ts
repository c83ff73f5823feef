import { type Bench, countersignOn, type Section, times } from "./case.ts";
import { compete, type Entry, ratio, standingColumns, standingIn, standingRow } from "./contenders.ts";

const bareName = "bare Fastify, two JSON POSTs";
const addedMsOfDisks = [0, 1, 10] as const;

const group = (addedMs: number): string => `Countersign on SQLite, fsync +${addedMs} ms`;
const single = (addedMs: number): string => `${group(addedMs)}, one commit an operation`;

/** What group commit is worth on slower disks. */
export async function disks(bench: Bench): Promise<Section> {
  const { slowSync } = bench;
  const wanted = addedMsOfDisks.filter((addedMs) => addedMs === 0 || slowSync !== null);
  const entries: Entry[] = [{ name: bareName, setup: { server: { mode: "bare" } } }];
  for (const addedMs of wanted) {
    const environment = addedMs === 0 ? {} : (slowSync?.environment(addedMs * 1_000) ?? {});
    for (const [name, batchMax] of [
      [group(addedMs), undefined],
      [single(addedMs), 1],
    ] as const) {
      entries.push({ name, setup: { ...(await countersignOn("sqlite", bench, batchMax)), environment } });
    }
  }
  const standings = await compete(bench, "disks", entries);
  const bare = standingIn(standings, bareName);
  const skipped = wanted.length < addedMsOfDisks.length;
  return {
    name: "disks",
    title: `Slower disks, ${bench.connections} connections, median of ${bench.rounds} alternating rounds of ${bench.seconds} s`,
    columns: standingColumns,
    rows: standings.map((one) => standingRow(one, bare)),
    notes: [
      ...wanted.map((addedMs) => {
        const by = ratio(standings, group(addedMs), single(addedMs)) ?? Number.NaN;
        return `Group commit against single commits, fsync +${addedMs} ms: ${times(by)}.`;
      }),
      ...(skipped ? ["SKIPPED: slower disks, because gcc or Linux is missing."] : []),
    ],
    goals: [],
    plots: [],
    data: standings,
  };
}
