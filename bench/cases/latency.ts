import { type ClosedRound, closedLoop, type Latencies, type OpenRound, openLoop } from "../load.ts";
import { sampleOf } from "../statistics.ts";
import { type Subject, startSubject } from "../subject.ts";
import {
  type Bench,
  countersignOn,
  type Goal,
  type LinePlot,
  ms,
  percent,
  type Section,
  type StoreName,
  storeTitles,
  whole,
} from "./case.ts";

const poolSize = 256;
const p99TargetMs = 20;
const connectionSteps = [1, 4, 16, 64, 256] as const;
/** Of what the closed loop reached. */
const loadSteps = [0.25, 0.5, 0.75, 0.9] as const;

interface Measured {
  readonly store: StoreName;
  readonly closed: readonly { readonly connections: number; readonly rounds: ClosedRound[] }[];
  readonly fullPairsPerSecond: number;
  readonly open: readonly OpenStep[];
}

interface OpenStep {
  readonly load: number;
  readonly perSecond: number;
  readonly rounds: OpenRound[];
}

/** Where the rate ends when connections are added, and answer times at fixed rates below that. */
export async function latency(bench: Bench): Promise<Section[]> {
  const subjects: { store: StoreName; subject: Subject }[] = [];
  const measured: Measured[] = [];
  const control = { subject: await startSubject({ server: { mode: "bare" } }), open: [] as OpenStep[] };
  try {
    for (const store of bench.stores) {
      subjects.push({ store, subject: await startSubject(await countersignOn(store, bench)) });
    }
    for (const one of subjects) measured.push(await saturate(bench, one));
    // The machine stops everybody now and then: what a server without a disk has at these rates is not ours.
    await closedLoop(control.subject, { connections: bench.connections, seconds: bench.warmSeconds });
    control.open = (measured[0]?.open ?? []).map((step) => ({ ...step, rounds: [] }));
    await inTurns(bench, [
      ...subjects.map(({ subject }, index) => ({ subject, open: measured[index]?.open ?? [] })),
      control,
    ]);
  } finally {
    await Promise.all([control, ...subjects].map(({ subject }) => subject.stop()));
  }
  return [saturationSection(bench, measured), latencySection(bench, measured, control.open)];
}

async function inTurns(
  bench: Bench,
  subjects: readonly { readonly subject: Subject; readonly open: readonly OpenStep[] }[],
): Promise<void> {
  for (const { subject, open } of subjects) {
    // What arrives at a rate takes other ways through load and server than the closed loop did.
    const { perSecond = 0 } = open.find(({ load }) => load === 0.5) ?? {};
    await openLoop(subject, { perSecond, seconds: Math.min(2, bench.warmSeconds), connections: poolSize });
  }
  for (let round = 1; round <= bench.rounds; round++) {
    bench.progress(`latency: round ${round} of ${bench.rounds}`);
    for (const { subject, open } of subjects) {
      for (const { perSecond, rounds } of open) {
        rounds.push(await openLoop(subject, { perSecond, seconds: bench.seconds, connections: poolSize }));
      }
    }
  }
}

async function saturate(
  bench: Bench,
  { store, subject }: { store: StoreName; subject: Subject },
): Promise<Measured> {
  const seconds = Math.min(2, bench.seconds);
  await closedLoop(subject, { connections: bench.connections, seconds: bench.warmSeconds });
  const closed = connectionSteps.map((connections) => ({ connections, rounds: [] as ClosedRound[] }));
  for (let round = 1; round <= bench.rounds; round++) {
    bench.progress(`saturation of ${storeTitles[store]}: round ${round} of ${bench.rounds}`);
    for (const { connections, rounds } of closed) {
      rounds.push(await closedLoop(subject, { connections, seconds }));
    }
  }
  const fullPairsPerSecond = Math.max(
    ...closed.map(({ rounds }) => median(rounds, (one) => one.pairsPerSecond)),
  );
  const open = loadSteps.map((load) => ({ load, perSecond: fullPairsPerSecond * load, rounds: [] }));
  return { store, closed, fullPairsPerSecond, open };
}

function median<R>(rounds: readonly R[], value: (round: R) => number): number {
  return sampleOf(rounds.map(value)).median;
}

function saturationSection(bench: Bench, measured: readonly Measured[]): Section {
  return {
    name: "saturation",
    title: `Pairs a second by connections, each with one request at a time, median of ${bench.rounds} rounds`,
    columns: ["connections", ...measured.flatMap(({ store }) => [storeTitles[store], "core busy"])],
    rows: connectionSteps.map((connections, index) => [
      String(connections),
      ...measured.flatMap(({ closed }) => {
        const rounds = closed[index]?.rounds ?? [];
        return [
          whole(median(rounds, (one) => one.pairsPerSecond)),
          percent(median(rounds, (one) => one.busy)),
        ];
      }),
    ]),
    notes: [],
    goals: [],
    plots: [],
    data: measured.map(({ store, closed, fullPairsPerSecond }) => ({ store, fullPairsPerSecond, closed })),
  };
}

function latencySection(bench: Bench, measured: readonly Measured[], control: readonly OpenStep[]): Section {
  return {
    name: "latency",
    title: `Answer times when pairs arrive at a fixed rate, ${bench.rounds} rounds of ${bench.seconds} s`,
    columns: [
      "store and load",
      "pairs/s",
      "start p50",
      "p99",
      "p99.9",
      "check p50",
      "p99",
      "p99.9",
      "code p99",
      "busy",
    ],
    rows: [
      ...measured.flatMap(({ store, open }) => open.map((step) => stepRow(storeTitles[store], step))),
      ...control.map((step) => stepRow("bare Fastify at that rate", step)),
    ],
    notes: [
      "Counted from the moment a request was due: a stall counts for all that it kept waiting (no coordinated omission).",
      "Loads are of what the closed loop reached on that store. Code: from the moment a start was due to the code on the phone.",
      `The bare server gets the rates of ${storeTitles[measured[0]?.store ?? "sqlite"]}: what it has is the machine's.`,
    ],
    goals: measured.flatMap(goalsOf),
    plots: [plotOf(measured)],
    data: [...measured.map(({ store, open }) => ({ store, open })), { store: null, open: control }],
  };
}

function stepRow(name: string, { load, perSecond, rounds }: OpenStep): string[] {
  const times = (of: (round: OpenRound) => Latencies): string[] => [
    ms(median(rounds, (one) => of(one).p50)),
    ms(median(rounds, (one) => of(one).p99)),
    ms(median(rounds, (one) => of(one).p999)),
  ];
  return [
    `${name}, ${percent(load)}`,
    whole(perSecond),
    ...times((one) => one.startMs),
    ...times((one) => one.checkMs),
    ms(median(rounds, (one) => one.codeMs.p99)),
    percent(median(rounds, (one) => one.busy)),
  ];
}

/** Of the slower of the two requests of a pair. */
function requestMs(rounds: readonly OpenRound[], of: keyof Latencies): number {
  return Math.max(
    median(rounds, (one) => one.startMs[of]),
    median(rounds, (one) => one.checkMs[of]),
  );
}

function goalsOf({ store, open }: Measured): Goal[] {
  const half = open.find(({ load }) => load === 0.5);
  if (half === undefined) return [];
  const goal = (what: string, measured: number, target: number): Goal => ({
    what: `${storeTitles[store]}, ${what}`,
    measured,
    unit: "ms",
    target,
    better: "lower",
    gate: null,
  });
  return [
    goal("p99 at half load", requestMs(half.rounds, "p99"), p99TargetMs),
    goal(
      "event loop delay p99.9 at half load",
      median(half.rounds, (one) => one.stats.loopDelayMs.p999),
      50,
    ),
  ];
}

function plotOf(measured: readonly Measured[]): LinePlot {
  return {
    kind: "lines",
    name: "latency",
    title: "Answer time of the slower of start and check, by arrival rate",
    x: "pairs a second",
    y: "ms",
    lines: measured.flatMap(({ store, open }, color) =>
      (["p50", "p99", "p999"] as const).map((of, index) => ({
        label: `${storeTitles[store]}, ${of === "p999" ? "p99.9" : of}`,
        points: open.map(({ perSecond, rounds }) => [perSecond, requestMs(rounds, of)] as const),
        color: color * 3 + index,
      })),
    ),
  };
}
