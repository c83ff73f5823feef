import { closedLoop, type Latencies, type OpenRound, openLoop } from "../load.ts";
import { sampleOf } from "../statistics.ts";
import { startSubject } from "../subject.ts";
import { type Bench, countersignIn, ms, percent, type Section, whole } from "./case.ts";

const connections = 256;
const p99GoalMs = 20;

/** Answer times at half of what the server can do, with arrivals that do not wait for it. */
export async function latency(bench: Bench, fullPairsPerSecond: number): Promise<Section> {
  const subject = await startSubject({ server: countersignIn(bench) });
  try {
    await closedLoop(subject, {
      connections: bench.connections,
      seconds: Math.min(2, bench.seconds),
      delivers: true,
    });
    const perSecond = fullPairsPerSecond / 2;
    const rounds: OpenRound[] = [];
    for (let round = 1; round <= bench.rounds; round++) {
      bench.progress(`half load: round ${round} of ${bench.rounds}`);
      rounds.push(await openLoop(subject, { perSecond, seconds: bench.seconds, connections }));
    }
    const median = (value: (round: OpenRound) => number): number => sampleOf(rounds.map(value)).median;
    const row = (name: string, of: (round: OpenRound) => Latencies): string[] => [
      name,
      ms(median((round) => of(round).p50)),
      ms(median((round) => of(round).p99)),
      ms(median((round) => of(round).p999)),
      ms(Math.max(...rounds.map((round) => of(round).max))),
    ];
    const p99 = Math.max(
      median((round) => round.startMs.p99),
      median((round) => round.checkMs.p99),
    );
    const loopDelay = median((round) => round.stats.loopDelayMs.p999);
    return {
      name: "latency",
      title: `Half load: ${whole(perSecond)} pairs/s arrive at a fixed rate, ${bench.rounds} rounds of ${bench.seconds} s`,
      columns: ["time of", "p50", "p99", "p99.9", "max of all"],
      rows: [
        row("a start", (round) => round.startMs),
        row("a check", (round) => round.checkMs),
        row("start due to code on the phone", (round) => round.codeMs),
      ],
      notes: [
        "Counted from the moment a request was due: a stall counts for all that it kept waiting (no coordinated omission).",
        `Core busy ${percent(median((round) => round.busy))}; event loop delay p99.9 ${ms(loopDelay)}, which includes the 1 ms of the sampling timer.`,
      ],
      goals: [
        { what: "p99 at half load", measured: p99, unit: "ms", goal: p99GoalMs, better: "lower", gate: null },
        {
          what: "event loop delay p99.9 at half load (R-23)",
          measured: loopDelay,
          unit: "ms",
          goal: 50,
          better: "lower",
          gate: null,
        },
      ],
      data: rounds,
    };
  } finally {
    await subject.stop();
  }
}
