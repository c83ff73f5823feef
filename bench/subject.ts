import { type ChildProcess, spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { Readable } from "node:stream";
import { cores, onCore } from "./cores.ts";
import type { Database } from "./database.ts";
import { type PairClient, pairClient } from "./pairs.ts";
import { createPhoneLine, type PhoneLine } from "./phone-line.ts";
import {
  codesDescriptor,
  type Question,
  type ServerReport,
  type ServerSetup,
  type ServerStats,
} from "./protocol.ts";

/** What is measured: one server in a process of its own, or several of them on one database. */
export interface Subject {
  /** One for each server. */
  readonly ports: readonly number[];
  readonly client: PairClient;
  /** False for the bare server: it sends nothing. */
  readonly delivers: boolean;
  /** What it has spent so far; what is measured begins. */
  begin(): Promise<SubjectStats>;
  stats(): Promise<SubjectStats>;
  /** Resolves when the server has dispatched and booked every delivery. */
  drain(): Promise<void>;
  stop(): Promise<void>;
}

/** Of all its servers together; memory and delays are those of the worst. */
export interface SubjectStats extends ServerStats {
  /** Processor time of the database's processes, which belongs to a pair as much as the server's own. */
  readonly databaseCpuMs: number;
}

export interface SubjectSetup {
  readonly server: ServerSetup;
  /** Whose processor time counts with the server's; null for a database inside its process. */
  readonly database?: Database | null;
  /** The same server again, as further nodes on further cores. */
  readonly cores?: readonly number[];
  /** Whose source runs: this checkout, or another one to compare with. */
  readonly root?: string;
  readonly nodeFlags?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const startMaxMs = 60_000;
const compileCache = join(tmpdir(), "node-compile-cache");
export const ownRoot: string = join(import.meta.dirname, "..");

export async function startSubject(setup: SubjectSetup): Promise<Subject> {
  const phones = createPhoneLine();
  const nodes: Node[] = [];
  for (const core of setup.cores ?? [cores.server]) nodes.push(await startNode(setup, core, phones));
  const { database = null, server } = setup;
  const [first] = nodes;
  if (first === undefined) throw new RangeError("a subject has at least one server");
  const ask = async (question: "begin" | "stats"): Promise<SubjectStats> => ({
    ...together(await Promise.all(nodes.map((node) => node.stats(question)))),
    databaseCpuMs: database?.cpuMs() ?? 0,
  });
  return {
    ports: nodes.map(({ port }) => port),
    client: pairClient(server, first.key, phones),
    delivers: server.mode !== "bare" && !(server.mode === "countersign" && server.people?.meets === "app"),
    begin: () => ask("begin"),
    stats: () => ask("stats"),
    async drain() {
      await Promise.all(nodes.map((node) => node.drain()));
    },
    async stop() {
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}

function together(all: readonly ServerStats[]): ServerStats {
  const sum = (of: (stats: ServerStats) => number): number => all.map(of).reduce((a, b) => a + b, 0);
  const worst = (of: (stats: ServerStats) => number): number => Math.max(...all.map(of));
  return {
    cpuMs: sum((one) => one.cpuMs),
    delivered: sum((one) => one.delivered),
    rssBytes: worst((one) => one.rssBytes),
    heapUsedBytes: worst((one) => one.heapUsedBytes),
    loopDelayMs: {
      p50: worst((one) => one.loopDelayMs.p50),
      p99: worst((one) => one.loopDelayMs.p99),
      p999: worst((one) => one.loopDelayMs.p999),
      max: worst((one) => one.loopDelayMs.max),
    },
  };
}

/** One server in its process. */
interface Node {
  readonly port: number;
  readonly key: string;
  stats(question: "begin" | "stats"): Promise<ServerStats>;
  drain(): Promise<void>;
  stop(): Promise<void>;
}

async function startNode(setup: SubjectSetup, core: number, phones: PhoneLine): Promise<Node> {
  const root = setup.root ?? ownRoot;
  const script = join(root, "bench", "server.ts");
  const flags = setup.nodeFlags ?? [];
  const [command, args] = onCore(core, [process.execPath, ...flags, script, JSON.stringify(setup.server)]);
  const child = spawn(command, args, {
    cwd: root,
    env: {
      ...process.env,
      NODE_ENV: "production",
      // As bin/countersign.js does: what was compiled once is not compiled, or stripped of its types, again.
      NODE_COMPILE_CACHE: compileCache,
      ...setup.environment,
    },
    stdio: ["ignore", "inherit", "inherit", "ipc", "pipe"],
  });
  phones.listenTo(child.stdio[codesDescriptor] as Readable);
  const { port, key, store } = await next(child, "listening");
  if (store === "sqlite" && setup.server.mode === "countersign" && setup.server.databaseUrl !== undefined) {
    throw new Error(`the bench in ${root} is older than its PostgreSQL part: measure it with --store sqlite`);
  }
  return {
    port,
    key,
    stats: async (question) => (await ask(child, question, "stats")).stats,
    async drain() {
      await ask(child, "drain", "drained");
    },
    async stop() {
      const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      child.send("stop" satisfies Question);
      await exited;
    },
  };
}

type Report<T extends ServerReport["type"]> = Extract<ServerReport, { type: T }>;

function ask<T extends ServerReport["type"]>(
  child: ChildProcess,
  question: Question,
  type: T,
): Promise<Report<T>> {
  const answered = next(child, type);
  child.send(question);
  return answered;
}

function next<T extends ServerReport["type"]>(child: ChildProcess, type: T): Promise<Report<T>> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => finish(new Error(`the server did not say ${type} in time`)), startMaxMs);
    const onExit = (code: number | null): void => finish(new Error(`the server ended with ${code}`));
    const onMessage = (message: ServerReport): void => {
      if (message.type === type) finish(message as Report<T>);
    };
    function finish(result: Report<T> | Error): void {
      clearTimeout(late);
      child.off("exit", onExit);
      child.off("message", onMessage);
      if (result instanceof Error) reject(result);
      else resolve(result);
    }
    child.on("exit", onExit);
    child.on("message", onMessage);
  });
}
