import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { type Command, CommanderError } from "commander";
import { loadSettings } from "../config/index.ts";
import type { GlobalOptions } from "./connection.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { type Failure, failureLines, failureObject, sentence, toFailure } from "./failure.ts";
import { createProgram } from "./program.ts";
import { createTerminal } from "./terminal.ts";

/**
 * Runs one command line and answers with the exit code.
 * @param argv what stands behind the name of the program
 */
export async function main(argv: string[]): Promise<number> {
  // A reader that has seen enough (`| head`) is no failure of ours.
  process.stdout.on("error", endWhenNobodyReads);
  process.stderr.on("error", endWhenNobodyReads);
  let exitCode: number = exitCodes.ok;
  const program = createProgram(version(), (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError) {
      if (thrown.exitCode === 0) return exitCodes.ok;
      // The help of a group that was named without its command was printed already.
      if (thrown.code === "commander.help") return exitCodes.usage;
      return report(commandLineFailure(thrown, namedCommand(program, argv)), argv, thrown);
    }
    const options = program.opts<GlobalOptions>();
    return report(toFailure(thrown, options.data ?? "./data"), argv, thrown);
  }
}

function report(failure: Failure, argv: readonly string[], thrown: unknown): ExitCode {
  const terminal = createTerminal(isJson(argv));
  if (terminal.json) terminal.result(failureObject(failure), () => "");
  terminal.note(failureLines(failure).join("\n"));
  if (isDebugging()) terminal.note(stackOf(thrown));
  return failure.exitCode;
}

/** Also where the command line could not be read to its end. */
function isJson(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  return argv.slice(0, end === -1 ? argv.length : end).includes("--json");
}

function commandLineFailure({ message }: CommanderError, command: string): Failure {
  const [what = "", ...hints] = message.replace(/^error: /, "").split("\n");
  const hint = hints.join(" ").replace(/^\(|\)$/g, "");
  return {
    exitCode: exitCodes.usage,
    code: "usage",
    what: sentence(`${what.slice(0, 1).toUpperCase()}${what.slice(1)}`),
    why: null,
    remedy: `${hint === "" ? "" : `${hint} `}See \`${command} --help\`.`,
  };
}

/** The command that was meant, as far as its words are known: its help says more than that of the whole. */
function namedCommand(program: Command, argv: readonly string[]): string {
  let command = program;
  const names = [program.name()];
  for (const word of argv) {
    const next = command.commands.find((one) => one.name() === word);
    if (next === undefined) continue;
    command = next;
    names.push(word);
  }
  return names.join(" ");
}

function isDebugging(): boolean {
  const loaded = loadSettings({ role: "client" });
  return loaded.type === "loaded" && ["debug", "trace"].includes(loaded.settings.log);
}

function stackOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const cause = thrown.cause === undefined ? "" : `\nCaused by: ${stackOf(thrown.cause)}`;
  return `${thrown.stack ?? thrown.message}${cause}`;
}

function version(): string {
  const manifest = readFileSync(join(import.meta.dirname, "..", "..", "package.json"), "utf8");
  return (JSON.parse(manifest) as { readonly version: string }).version;
}

function endWhenNobodyReads(cause: NodeJS.ErrnoException): void {
  if (cause.code === "EPIPE") process.exit(exitCodes.ok);
  throw cause;
}
