import { type ClosedRound, closedLoop } from "../load.ts";
import { type Sample, sampleOf } from "../statistics.ts";
import { type Subject, type SubjectSetup, startSubject } from "../subject.ts";
import { type Bench, ms, percent, whole } from "./case.ts";

/** One of several servers that are loaded in turn. */
export interface Contender {
  readonly name: string;
  readonly subject: Subject;
  readonly rounds: ClosedRound[];
}

/** What the rounds of one contender come to. */
export interface Standing {
  readonly name: string;
  readonly pairsPerSecond: Sample;
  readonly cpuUsPerPair: Sample;
  readonly databaseCpuUsPerPair: Sample;
  /** Time a pair takes of the whole server, processor or disk. */
  readonly usPerPair: Sample;
  readonly busy: number;
  readonly loadBusy: number;
  readonly loopDelayP999Ms: number;
}

export interface Entry {
  readonly name: string;
  readonly setup: SubjectSetup;
}

/** Starts them all, loads them in alternating rounds after a warm-up of each, and stops them whatever happens. */
export async function compete(bench: Bench, label: string, entries: readonly Entry[]): Promise<Standing[]> {
  const contenders: Contender[] = [];
  try {
    for (const { name, setup } of entries) {
      contenders.push({ name, subject: await startSubject(setup), rounds: [] });
    }
    await alternate(bench, label, contenders);
  } finally {
    await Promise.all(contenders.map((one) => one.subject.stop()));
  }
  return contenders.map(standingOf);
}

async function alternate(bench: Bench, label: string, contenders: readonly Contender[]): Promise<void> {
  const { connections } = bench;
  for (const { name, subject } of contenders) {
    bench.progress(`${label}: warming ${name}`);
    await closedLoop(subject, { connections, seconds: bench.warmSeconds });
  }
  for (let round = 1; round <= bench.rounds; round++) {
    bench.progress(`${label}: round ${round} of ${bench.rounds}`);
    for (const { name, subject, rounds } of contenders) {
      const one = await closedLoop(subject, { connections, seconds: bench.seconds });
      rounds.push(one);
      bench.progress(
        `  ${name}: ${whole(one.pairsPerSecond)} pairs/s, ${whole(one.cpuUsPerPair)} us each, load ${percent(one.loadBusy)} busy`,
      );
    }
  }
}

function standingOf({ name, rounds }: Contender): Standing {
  return {
    name,
    pairsPerSecond: sampleOf(rounds.map((one) => one.pairsPerSecond)),
    cpuUsPerPair: sampleOf(rounds.map((one) => one.cpuUsPerPair)),
    databaseCpuUsPerPair: sampleOf(rounds.map((one) => one.databaseCpuUsPerPair)),
    usPerPair: sampleOf(rounds.map((one) => 1e6 / one.pairsPerSecond)),
    busy: sampleOf(rounds.map((one) => one.busy)).median,
    loadBusy: sampleOf(rounds.map((one) => one.loadBusy)).median,
    loopDelayP999Ms: sampleOf(rounds.map((one) => one.stats.loopDelayMs.p999)).median,
  };
}

export function standingIn(standings: readonly Standing[], name: string): Standing {
  const found = standings.find((one) => one.name === name);
  if (found === undefined) throw new RangeError(`${name} was not measured`);
  return found;
}

/** By rate; null where one of them took no part in this run. */
export function ratio(standings: readonly Standing[], name: string, to: string): number | null {
  const [one, other] = [name, to].map((asked) => standings.find((standing) => standing.name === asked));
  if (one === undefined || other === undefined) return null;
  return one.pairsPerSecond.median / other.pairsPerSecond.median;
}

export const standingColumns = [
  "case",
  "pairs/s",
  "min to max",
  "share",
  "CPU us/pair",
  "of it database",
  "share by CPU",
  "core busy",
  "load busy",
  "loop delay p99.9",
] as const;

/** Shares are of the first, which is the bare server. */
export function standingRow(one: Standing, bare: Standing): string[] {
  const { median, min, max } = one.pairsPerSecond;
  const database = one.databaseCpuUsPerPair.median;
  return [
    one.name,
    whole(median),
    `${whole(min)} to ${whole(max)}`,
    percent(median / bare.pairsPerSecond.median),
    whole(one.cpuUsPerPair.median),
    database === 0 ? "-" : whole(database),
    percent(bare.cpuUsPerPair.median / one.cpuUsPerPair.median),
    percent(one.busy),
    percent(one.loadBusy),
    ms(one.loopDelayP999Ms),
  ];
}
