import { cores, fitsNodes } from "../cores.ts";
import { type Database, startDatabase } from "../database.ts";
import { type ClosedRound, closedLoop } from "../load.ts";
import { sampleOf } from "../statistics.ts";
import { type Subject, startSubject } from "../subject.ts";
import { type Bench, freshFolder, type Section, times, whole } from "./case.ts";

/** A PostgreSQL of its own, and a server on it. */
interface Cell {
  readonly database: Database;
  readonly subject: Subject;
}

interface Measured {
  readonly name: string;
  readonly cells: readonly Cell[];
  readonly pairsPerSecond: number[];
  readonly cpuUsPerPair: number[];
}

const cellsTarget = 1.9;

/**
 * How much a second cell adds (docs/scale.md): nothing is shared, so that a pair must cost the same in either. On two
 * cores both cells share one, and only the processor time of a pair says so.
 */
export async function cells(bench: Bench): Promise<Section> {
  const open: Cell[] = [];
  try {
    for (const core of [cores.server, fitsNodes ? cores.secondServer : cores.server]) {
      open.push(await openCell(bench, core));
    }
    const measured = [measuredOf("one cell", open.slice(0, 1)), measuredOf("two cells", open)];
    for (const { name, cells: loaded } of measured) {
      bench.progress(`cells: warming ${name}`);
      await load(bench, loaded, bench.warmSeconds);
    }
    for (let round = 1; round <= bench.rounds; round++) {
      bench.progress(`cells: round ${round} of ${bench.rounds}`);
      for (const one of measured) {
        const rounds = await load(bench, one.cells, bench.seconds);
        const pairs = rounds.reduce((sum, { pairs: own }) => sum + own, 0);
        one.pairsPerSecond.push(rounds.reduce((sum, { pairsPerSecond }) => sum + pairsPerSecond, 0));
        one.cpuUsPerPair.push(
          rounds.reduce((sum, { cpuUsPerPair, pairs: own }) => sum + cpuUsPerPair * own, 0) / pairs,
        );
      }
    }
    return sectionOf(bench, measured);
  } finally {
    for (const { database, subject } of open) {
      await subject.stop();
      await database.stop();
    }
  }
}

async function openCell(bench: Bench, core: number): Promise<Cell> {
  const database = await startDatabase(core);
  const databaseUrl = await database.database("countersign");
  const server = { mode: "countersign" as const, folder: freshFolder(bench), databaseUrl };
  return { database, subject: await startSubject({ server, database, cores: [core] }) };
}

function measuredOf(name: string, loaded: readonly Cell[]): Measured {
  return { name, cells: loaded, pairsPerSecond: [], cpuUsPerPair: [] };
}

/** All cells at once, each as busy as one alone: half the load would make batches half as large, and dearer. */
function load(bench: Bench, loaded: readonly Cell[], seconds: number): Promise<ClosedRound[]> {
  const { connections } = bench;
  return Promise.all(loaded.map(({ subject }) => closedLoop(subject, { connections, seconds })));
}

function sectionOf(bench: Bench, measured: readonly Measured[]): Section {
  const samples = measured.map(({ name, pairsPerSecond, cpuUsPerPair }) => ({
    name,
    rate: sampleOf(pairsPerSecond),
    cpu: sampleOf(cpuUsPerPair),
  }));
  const [one, two] = samples;
  if (one === undefined || two === undefined) throw new RangeError("two cases were measured");
  const scaling = two.rate.median / one.rate.median;
  return {
    name: "cells",
    title: `Cells, each with a PostgreSQL of its own, ${bench.connections} connections to each, median of ${bench.rounds} alternating rounds of ${bench.seconds} s`,
    columns: ["case", "pairs/s", "min to max", "CPU us/pair", "min to max"],
    rows: samples.map(({ name, rate, cpu }) => [
      name,
      whole(rate.median),
      `${whole(rate.min)} to ${whole(rate.max)}`,
      whole(cpu.median),
      `${whole(cpu.min)} to ${whole(cpu.max)}`,
    ]),
    notes: [
      fitsNodes
        ? `Two cells against one: ${times(scaling)}.`
        : `Both cells ran on one core, so that the rate cannot grow: a pair cost ${times(two.cpu.median / one.cpu.median)} the processor time of one cell's.`,
    ],
    goals: [
      {
        what: "two cells against one",
        measured: fitsNodes ? scaling : null,
        unit: "times",
        target: cellsTarget,
        better: "higher",
        gate: null,
      },
    ],
    plots: [],
    data: samples,
  };
}
