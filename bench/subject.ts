import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { Readable } from "node:stream";
import {
  codesDescriptor,
  type Question,
  type ServerReport,
  type ServerSetup,
  type ServerStats,
} from "./protocol.ts";

/** A server under measurement, in a process of its own. */
export interface Subject {
  readonly port: number;
  readonly key: string;
  readonly phones: PhoneLine;
  stats(): Promise<ServerStats>;
  /** Resolves when the server has dispatched and booked every delivery. */
  drain(): Promise<void>;
  stop(): Promise<void>;
}

/** Codes as they arrive on the virtual phones. */
export interface PhoneLine {
  /** The next code that arrives for this number, or the one that is already there. */
  codeFor(number: string): Promise<string>;
}

export interface SubjectSetup {
  readonly server: ServerSetup;
  /** Whose source runs: this checkout, or another one to compare with. */
  readonly root?: string;
  readonly nodeFlags?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const serverCore = "0";
const loadCore = "1";
const startMaxMs = 60_000;
const compileCache = join(tmpdir(), "node-compile-cache");
export const ownRoot: string = join(import.meta.dirname, "..");

/** Where the processes can be kept apart: the server gets one core, whoever loads it another. */
export const pinned: boolean =
  process.platform === "linux" && spawnSync("taskset", ["--version"]).status === 0 && coreCount() > 1;

function coreCount(): number {
  return spawnSync("nproc", { encoding: "utf8" }).stdout.trim() === "1" ? 1 : 2;
}

/** Moves this process, all its threads, to the core of the load. */
export function pinLoad(): void {
  if (pinned) spawnSync("taskset", ["-acp", loadCore, String(process.pid)]);
}

/** The command line that runs on the server's core. */
export function onServerCore(command: readonly string[]): [string, string[]] {
  const [first = "", ...rest] = pinned ? ["taskset", "-c", serverCore, ...command] : command;
  return [first, rest];
}

export async function startSubject(setup: SubjectSetup): Promise<Subject> {
  const root = setup.root ?? ownRoot;
  const script = join(root, "bench", "server.ts");
  const flags = setup.nodeFlags ?? [];
  const [command, args] = onServerCore([process.execPath, ...flags, script, JSON.stringify(setup.server)]);
  const child = spawn(command, args, {
    cwd: root,
    // As bin/countersign.js does: what was compiled once is not compiled, or stripped of its types, again.
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache, ...setup.environment },
    stdio: ["ignore", "inherit", "inherit", "ipc", "pipe"],
  });
  const phones = phoneLine(child.stdio[codesDescriptor] as Readable);
  const listening = await next(child, "listening");
  return {
    port: listening.port,
    key: listening.key,
    phones,
    stats: async () => (await ask(child, "stats", "stats")).stats,
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

function phoneLine(stream: Readable): PhoneLine {
  const arrived = new Map<string, string>();
  const awaited = new Map<string, (code: string) => void>();
  let rest = "";
  stream.setEncoding("latin1").on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const space = line.indexOf(" ");
      const number = line.slice(0, space);
      const resolve = awaited.get(number);
      if (resolve === undefined) arrived.set(number, line.slice(space + 1));
      else {
        awaited.delete(number);
        resolve(line.slice(space + 1));
      }
    }
  });
  return {
    codeFor(number) {
      const code = arrived.get(number);
      if (code === undefined) return new Promise((resolve) => awaited.set(number, resolve));
      arrived.delete(number);
      return Promise.resolve(code);
    },
  };
}
