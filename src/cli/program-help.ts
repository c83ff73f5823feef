import type { Command } from "commander";
import type { GlobalOptions } from "./connection.ts";
import type { Terminal } from "./terminal.ts";

/** What every action gets of the command line beside its own arguments and options. */
export interface Invocation {
  readonly all: GlobalOptions;
  readonly terminal: Terminal;
}

export type Run = (command: Command) => Invocation;

/** A command without examples is half explained. */
export function addHelp(
  command: Command,
  examples: readonly (readonly [string, string])[],
  after: string = "",
): Command {
  const width = Math.max(...examples.map(([line]) => line.length)) + 2;
  const lines = examples.map(([line, what]) => `  ${line.padEnd(width)}${what}`);
  return command.addHelpText("after", `\nExamples:\n${lines.join("\n")}${after === "" ? "" : `\n${after}`}`);
}
