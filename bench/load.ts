import { createHistogram, type RecordableHistogram } from "node:perf_hooks";
import process from "node:process";
import { type Connection, openConnection } from "./connection.ts";
import { freshNumber, type PairClient } from "./pairs.ts";
import type { Subject, SubjectStats } from "./subject.ts";

export interface ClosedRound {
  readonly pairs: number;
  readonly pairsPerSecond: number;
  /** Processor time of server and database for one pair: what remains comparable when the machine is not ours alone. */
  readonly cpuUsPerPair: number;
  /** The database's part of it. */
  readonly databaseCpuUsPerPair: number;
  /** Share of their core that server and database used. */
  readonly busy: number;
  /** Share of its own core that the load used: near 1, it is the load that was measured. */
  readonly loadBusy: number;
  readonly stats: SubjectStats;
}

export interface ClosedOptions {
  readonly connections: number;
  /** How long new pairs begin; a round may also end by `pairs`. */
  readonly seconds?: number;
  readonly pairs?: number;
}

/**
 * Closed loop: each connection starts, waits for the code to arrive on the phone, checks, and begins again. The round
 * ends when every delivery is booked, and its time includes that.
 */
export async function closedLoop(subject: Subject, options: ClosedOptions): Promise<ClosedRound> {
  const { client } = subject;
  const connections = await openAll(subject.ports, options.connections);
  const before = await subject.begin();
  const loadBefore = process.cpuUsage();
  const beganAt = performance.now();
  const endsAt = beganAt + (options.seconds ?? Number.POSITIVE_INFINITY) * 1_000;
  const pairsMax = options.pairs ?? Number.POSITIVE_INFINITY;
  let begun = 0;
  await Promise.all(
    connections.map(async (connection) => {
      while (begun < pairsMax && performance.now() < endsAt) {
        begun += 1;
        await onePair(client, connection);
      }
    }),
  );
  await subject.drain();
  const elapsedMs = performance.now() - beganAt;
  const load = process.cpuUsage(loadBefore);
  const stats = await subject.stats();
  for (const connection of connections) connection.close();
  const delivered = stats.delivered - before.delivered;
  if (subject.delivers && delivered !== begun) {
    throw new Error(`${begun} verifications were started and ${delivered} messages arrived`);
  }
  const databaseCpuMs = stats.databaseCpuMs - before.databaseCpuMs;
  const cpuMs = stats.cpuMs - before.cpuMs + databaseCpuMs;
  return {
    pairs: begun,
    pairsPerSecond: (begun * 1_000) / elapsedMs,
    cpuUsPerPair: (cpuMs * 1_000) / begun,
    databaseCpuUsPerPair: (databaseCpuMs * 1_000) / begun,
    busy: cpuMs / elapsedMs,
    loadBusy: (load.user + load.system) / 1_000 / elapsedMs,
    stats,
  };
}

async function onePair(client: PairClient, connection: Connection): Promise<void> {
  const number = freshNumber();
  const id = await client.start(connection, number);
  await client.check(connection, id, await client.codeFor(number));
}

/** Spread over the servers in turn. */
function openAll(ports: readonly number[], count: number): Promise<Connection[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) => openConnection(ports[index % ports.length] ?? 0)),
  );
}

export interface OpenRound {
  readonly pairs: number;
  readonly perSecond: number;
  readonly startMs: Latencies;
  readonly checkMs: Latencies;
  /** From the moment a start was due to the code on the phone. */
  readonly codeMs: Latencies;
  readonly busy: number;
  readonly stats: SubjectStats;
}

export interface Latencies {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export interface OpenOptions {
  readonly perSecond: number;
  readonly seconds: number;
  readonly connections: number;
}

/**
 * Open loop: pairs begin at a fixed rate, whether or not earlier ones are answered. Each time is counted from the
 * moment the request was due, not from when a connection was free for it, so that a stall counts for every request
 * that it kept waiting (no coordinated omission). A check is due when its code arrives.
 */
export async function openLoop(subject: Subject, options: OpenOptions): Promise<OpenRound> {
  const { client } = subject;
  const pool = createPool(await openAll(subject.ports, options.connections));
  const starts = createHistogram();
  const checks = createHistogram();
  const codes = createHistogram();
  const before = await subject.begin();
  const beganAt = performance.now();
  const total = Math.floor(options.perSecond * options.seconds);
  const running: Promise<void>[] = [];
  const runPair = async (dueAt: number): Promise<void> => {
    const number = freshNumber();
    const id = await pool.use((connection) => client.start(connection, number));
    record(starts, dueAt);
    const code = await client.codeFor(number);
    record(codes, dueAt);
    const checkDueAt = performance.now();
    await pool.use((connection) => client.check(connection, id, code));
    record(checks, checkDueAt);
  };
  for (let begun = 0; begun < total; ) {
    const due = Math.min(total, ((performance.now() - beganAt) * options.perSecond) / 1_000);
    for (; begun < due; begun++) running.push(runPair(beganAt + (begun * 1_000) / options.perSecond));
    // Timers are too coarse for arrivals that are less than a millisecond apart.
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  await Promise.all(running);
  await subject.drain();
  const elapsedMs = performance.now() - beganAt;
  const stats = await subject.stats();
  pool.close();
  return {
    pairs: total,
    perSecond: options.perSecond,
    startMs: latencies(starts),
    checkMs: latencies(checks),
    codeMs: latencies(codes),
    busy: (stats.cpuMs + stats.databaseCpuMs - before.cpuMs - before.databaseCpuMs) / elapsedMs,
    stats,
  };
}

function record(histogram: RecordableHistogram, dueAt: number): void {
  histogram.record(Math.max(1, Math.round((performance.now() - dueAt) * 1_000)));
}

function latencies(histogram: RecordableHistogram): Latencies {
  const ms = (us: number): number => us / 1_000;
  return {
    p50: ms(histogram.percentile(50)),
    p99: ms(histogram.percentile(99)),
    p999: ms(histogram.percentile(99.9)),
    max: ms(histogram.max),
  };
}

interface Pool {
  use<R>(work: (connection: Connection) => Promise<R>): Promise<R>;
  close(): void;
}

function createPool(connections: readonly Connection[]): Pool {
  const free = [...connections];
  const waiting: ((connection: Connection) => void)[] = [];
  return {
    async use(work) {
      const connection = free.pop() ?? (await new Promise<Connection>((resolve) => waiting.push(resolve)));
      const result = await work(connection);
      const next = waiting.shift();
      if (next === undefined) free.push(connection);
      else next(connection);
      return result;
    },
    close() {
      for (const connection of connections) connection.close();
    },
  };
}
