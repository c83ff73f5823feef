import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { fillFolder } from "../fill.ts";
import { type ClosedRound, closedLoop } from "../load.ts";
import { type Sample, sampleOf } from "../statistics.ts";
import { type Subject, startSubject } from "../subject.ts";
import { type Bench, percent, type Section, whole } from "./case.ts";

interface Filled {
  readonly rows: number;
  readonly subject: Subject;
  readonly rounds: ClosedRound[];
}

/** Whether a pair costs more in a full store than in an empty one. */
export async function rows(bench: Bench): Promise<Section> {
  const filled: Filled[] = [];
  for (const count of bench.quick ? [1_000, 5_000] : [1_000, 1_000_000]) {
    bench.progress(`rows: filling a folder with ${whole(count)} verifications`);
    const folder = mkdtempSync(join(bench.folder, "filled-"));
    await fillFolder(folder, count);
    const subject = await startSubject({ server: { mode: "countersign", folder } });
    filled.push({ rows: count, subject, rounds: [] });
  }
  try {
    for (const one of filled) await oneRound(bench, one, Math.min(2, bench.seconds));
    for (const one of filled) one.rounds.length = 0;
    for (let round = 1; round <= bench.rounds; round++) {
      bench.progress(`rows: round ${round} of ${bench.rounds}`);
      for (const one of filled) await oneRound(bench, one, bench.seconds);
    }
  } finally {
    await Promise.all(filled.map((one) => one.subject.stop()));
  }
  return toSection(bench, filled);
}

async function oneRound(bench: Bench, { subject, rounds }: Filled, seconds: number): Promise<void> {
  rounds.push(await closedLoop(subject, { connections: bench.connections, seconds, delivers: true }));
}

function toSection(bench: Bench, filled: readonly Filled[]): Section {
  const standings = filled.map(({ rows: count, rounds }) => ({
    rows: count,
    pairsPerSecond: sampleOf(rounds.map((one) => one.pairsPerSecond)),
    cpuUsPerPair: sampleOf(rounds.map((one) => one.cpuUsPerPair)),
    // Time a pair takes of the whole server, processor or disk.
    usPerPair: sampleOf(rounds.map((one) => 1e6 / one.pairsPerSecond)),
  }));
  const growth = (of: (one: (typeof standings)[number]) => Sample): number => {
    const [few, many] = standings;
    return few === undefined || many === undefined ? Number.NaN : of(many).median / of(few).median - 1;
  };
  return {
    name: "rows",
    title: `Cost of a pair by rows stored, median of ${bench.rounds} alternating rounds of ${bench.seconds} s`,
    columns: ["verifications stored", "us/pair", "min to max", "CPU us/pair", "pairs/s"],
    rows: standings.map((one) => [
      whole(one.rows),
      whole(one.usPerPair.median),
      `${whole(one.usPerPair.min)} to ${whole(one.usPerPair.max)}`,
      whole(one.cpuUsPerPair.median),
      whole(one.pairsPerSecond.median),
    ]),
    notes: [
      `By processor time a pair costs ${percent(growth((one) => one.cpuUsPerPair))} more in the fuller store.`,
    ],
    goals: [
      {
        what: "more time per pair in the fuller store",
        measured: growth((one) => one.usPerPair) * 100,
        unit: "%",
        goal: 10,
        better: "lower",
        gate: null,
      },
    ],
    data: standings,
  };
}
