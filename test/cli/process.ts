import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { builtPackage } from "../support/built-package.ts";

const root = join(import.meta.dirname, "..", "..");
const node = join(root, "node_modules", ".bin", "node");
const patienceMs = 60_000;

/** A countersign command that runs. */
export interface Process {
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  /** Resolves when standard output matches; fails when the process ends before it does. */
  printed(pattern: RegExp, place: string): Promise<void>;
  /** The same for standard error. */
  complained(pattern: RegExp, place: string): Promise<void>;
  type(line: string): void;
  endInput(): void;
  kill(signal: NodeJS.Signals): void;
  /** The exit code; for a signal its number over 128. */
  ended(place: string): Promise<number>;
}

/** Starts a command in a folder. */
export type Start = (
  args: readonly string[],
  folder: string,
  environment?: Readonly<Record<string, string>>,
) => Process;

/** Starts the command as a user of the package does, with nothing of ours in its environment. */
export const startCountersign: Start = (args, folder, environment = {}) =>
  start(node, [binIn(builtPackage()), ...args], folder, environment);

/** The same from the source, as in a clone: it begins more slowly. */
export const startFromClone: Start = (args, folder, environment = {}) =>
  start(node, [binIn(root), ...args], folder, environment);

const binIn = (place: string): string => join(place, "bin", "countersign.js");

/**
 * The same on a terminal of its own, which `script` of util-linux makes; another program may read what it prints. Its width
 * is not known, unless it is given.
 */
export function startOnTerminal(
  args: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>> = {},
  reader: string | null = null,
  columns: number | null = null,
): Process {
  const command = [node, binIn(builtPackage()), ...args].map((word) => `'${word}'`).join(" ");
  // `exec`: the shell in between would die of Ctrl-C itself and hide our exit code.
  const run = reader === null ? `exec ${command}` : `${command} | ${reader}`;
  return start(
    "script",
    ["-qefc", columns === null ? run : `stty cols ${columns} && ${run}`, "/dev/null"],
    folder,
    {
      TERM: "xterm",
      ...environment,
    },
  );
}

export const hasTerminals: boolean = existsSync("/usr/bin/script");

function start(
  program: string,
  args: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>>,
): Process {
  const child = spawn(program, args, {
    cwd: folder,
    env: { PATH: process.env["PATH"], HOME: folder, ...environment },
  });
  let stdout = "";
  let stderr = "";
  let exitCode: number | null = null;
  const waiting = new Set<() => void>();
  const look = (): void => {
    for (const one of [...waiting]) one();
  };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    look();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    look();
  });
  // A command that ended does not read what is typed any more.
  child.stdin.on("error", () => {});
  child.on("error", (cause) => {
    stderr += `\n${cause.message}`;
  });
  child.on("close", (code, signal) => {
    exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
    look();
  });

  const state: State = {
    waiting,
    hasEnded: () => exitCode !== null,
    said: () => `${stdout}\n${stderr}`,
  };
  return {
    pid: child.pid ?? 0,
    stdout: () => stdout,
    stderr: () => stderr,
    async printed(pattern, place) {
      await until(state, () => (pattern.test(stdout) ? true : null), place, String(pattern));
    },
    async complained(pattern, place) {
      await until(state, () => (pattern.test(stderr) ? true : null), place, String(pattern));
    },
    type: (line) => void child.stdin.write(`${line}\n`),
    endInput: () => void child.stdin.end(),
    kill: (signal) => void child.kill(signal),
    ended: (place) => until(state, () => exitCode, place, "end"),
  };
}

interface State {
  /** Called whenever something was printed, and at the end. */
  readonly waiting: Set<() => void>;
  hasEnded(): boolean;
  said(): string;
}

/** The first value that is not null; fails at the end of the process, or of our patience. */
function until<V>(state: State, value: () => V | null, place: string, what: string): Promise<V> {
  return new Promise((resolve, reject) => {
    const attempt = (): void => {
      const found = value();
      if (found === null && !state.hasEnded()) return;
      clearTimeout(timer);
      state.waiting.delete(attempt);
      if (found === null) reject(new Error(`${place}: ended without ${what}\n${state.said()}`));
      else resolve(found);
    };
    const timer = setTimeout(() => {
      state.waiting.delete(attempt);
      reject(new Error(`${place}: no ${what} in ${patienceMs} ms\n${state.said()}`));
    }, patienceMs);
    state.waiting.add(attempt);
    attempt();
  });
}
