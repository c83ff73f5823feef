import { type ClosedRound, closedLoop } from "../load.ts";
import type { ServerSetup } from "../protocol.ts";
import { type Sample, sampleOf } from "../statistics.ts";
import { type Subject, type SubjectSetup, startSubject } from "../subject.ts";
import { type Bench, countersignIn, type Goal, ms, percent, type Section, whole } from "./case.ts";

interface Contender {
  readonly name: string;
  readonly subject: Subject;
  readonly delivers: boolean;
  readonly rounds: ClosedRound[];
}

interface Standing {
  readonly name: string;
  readonly pairsPerSecond: Sample;
  readonly cpuUsPerPair: Sample;
  readonly busy: number;
  readonly loopDelayP999Ms: number;
  /** Of what the bare server allows in this run: by rate, and by processor time. */
  readonly share: number;
  readonly cpuShare: number;
}

/** What the half-load part takes over. */
export interface Throughput {
  readonly section: Section;
  readonly groupPairsPerSecond: number;
}

/** Durable pairs a second beside the bare framework, group commit beside single commits, on faster and slower disks. */
export async function throughput(bench: Bench): Promise<Throughput> {
  const contenders = await startAll(bench);
  try {
    for (const one of contenders) await oneRound(bench, one, Math.min(2, bench.seconds));
    for (const one of contenders) one.rounds.length = 0;
    for (let round = 1; round <= bench.rounds; round++) {
      bench.progress(`throughput: round ${round} of ${bench.rounds}`);
      for (const one of contenders) await oneRound(bench, one, bench.seconds);
    }
  } finally {
    await Promise.all(contenders.map((one) => one.subject.stop()));
  }
  const standings = rank(contenders);
  return {
    section: toSection(bench, standings),
    groupPairsPerSecond: of(standings, names.group).pairsPerSecond.median,
  };
}

const names = {
  bare: "bare Fastify, two JSON POSTs",
  group: "Countersign, group commit",
  single: "Countersign, one commit an operation",
  against: "Countersign, the other checkout",
} as const;

const slowed = (name: string, addedMs: number): string => `${name}, fsync +${addedMs} ms`;
const addedMsOfDisks = [1, 10] as const;

async function startAll(bench: Bench): Promise<Contender[]> {
  const contenders: Contender[] = [];
  const add = async (
    name: string,
    server: ServerSetup,
    more: Omit<SubjectSetup, "server"> = {},
  ): Promise<void> => {
    const subject = await startSubject({ server, ...more });
    contenders.push({ name, subject, delivers: server.mode !== "bare", rounds: [] });
  };
  await add(names.bare, { mode: "bare" });
  await add(names.group, countersignIn(bench));
  if (bench.against !== null) {
    // A comparison of two checkouts: nothing else may take time between their rounds.
    await add(names.against, countersignIn(bench), { root: bench.against });
    return contenders;
  }
  await add(names.single, countersignIn(bench, 1));
  for (const addedMs of bench.slowSync === null ? [] : addedMsOfDisks) {
    const environment = bench.slowSync?.environment(addedMs * 1_000) ?? {};
    await add(slowed(names.group, addedMs), countersignIn(bench), { environment });
    await add(slowed(names.single, addedMs), countersignIn(bench, 1), { environment });
  }
  return contenders;
}

async function oneRound(bench: Bench, contender: Contender, seconds: number): Promise<void> {
  const { subject, delivers } = contender;
  contender.rounds.push(await closedLoop(subject, { connections: bench.connections, seconds, delivers }));
}

function rank(contenders: readonly Contender[]): Standing[] {
  const samples = contenders.map(({ name, rounds }) => ({
    name,
    pairsPerSecond: sampleOf(rounds.map((one) => one.pairsPerSecond)),
    cpuUsPerPair: sampleOf(rounds.map((one) => one.cpuUsPerPair)),
    busy: sampleOf(rounds.map((one) => one.busy)).median,
    loopDelayP999Ms: sampleOf(rounds.map((one) => one.stats.loopDelayMs.p999)).median,
  }));
  const bare = samples[0];
  if (bare === undefined) throw new RangeError("nothing was measured");
  return samples.map((one) => ({
    ...one,
    share: one.pairsPerSecond.median / bare.pairsPerSecond.median,
    cpuShare: bare.cpuUsPerPair.median / one.cpuUsPerPair.median,
  }));
}

function of(standings: readonly Standing[], name: string): Standing {
  const found = standings.find((one) => one.name === name);
  if (found === undefined) throw new RangeError(`${name} was not measured`);
  return found;
}

function toSection(bench: Bench, standings: readonly Standing[]): Section {
  const group = of(standings, names.group);
  const notes = [
    "Share: of the bare server's pairs a second in this run; by processor time where the machine is not ours alone.",
    "Every pair waits for its code to arrive on the phone; a round ends when every delivery is booked.",
  ];
  notes.push(...groupAgainstSingle(bench, standings));
  return {
    name: "throughput",
    title: `Start and check pairs, ${bench.connections} connections, median of ${bench.rounds} alternating rounds of ${bench.seconds} s`,
    columns: [
      "case",
      "pairs/s",
      "min to max",
      "share",
      "CPU us/pair",
      "share by CPU",
      "core busy",
      "loop delay p99.9",
    ],
    rows: standings.map((one) => [
      one.name,
      whole(one.pairsPerSecond.median),
      `${whole(one.pairsPerSecond.min)} to ${whole(one.pairsPerSecond.max)}`,
      percent(one.share),
      whole(one.cpuUsPerPair.median),
      percent(one.cpuShare),
      percent(one.busy),
      ms(one.loopDelayP999Ms),
    ]),
    notes,
    goals: [
      shareGoal("share of the bare rate (R-15)", group.share),
      shareGoal("share by processor time", group.cpuShare),
      loopGoal(group),
    ],
    data: standings,
  };
}

function groupAgainstSingle(bench: Bench, standings: readonly Standing[]): string[] {
  if (bench.against !== null) return [];
  const disks = bench.slowSync === null ? [0] : [0, ...addedMsOfDisks];
  const notes = disks.map((addedMs) => {
    const rate = (name: string): number =>
      of(standings, addedMs === 0 ? name : slowed(name, addedMs)).pairsPerSecond.median;
    const times = rate(names.group) / rate(names.single);
    return `Group commit against single commits, fsync +${addedMs} ms: ${times.toFixed(1)} times.`;
  });
  if (bench.slowSync === null) notes.push("SKIPPED: slower disks, because gcc or Linux is missing.");
  return notes;
}

function shareGoal(what: string, measured: number): Goal {
  return {
    what,
    measured: measured * 100,
    unit: "%",
    goal: 40,
    better: "higher",
    gate: what.includes("R-15") ? 25 : null,
  };
}

function loopGoal(group: Standing): Goal {
  const measured = group.loopDelayP999Ms;
  return {
    what: "event loop delay p99.9 under full load (R-23)",
    measured,
    unit: "ms",
    goal: 50,
    better: "lower",
    gate: null,
  };
}
