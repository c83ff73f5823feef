import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { codeOfApp } from "../support/totp-code.ts";
import { type Process, type Start, startCountersign } from "./process.ts";

/**
 * A session at a terminal, as a reader sees it:
 *
 *     # a title, with the requirements it proves; further on, what a reader should know
 *     @ server                     a server starts on this folder; `@ stop` ends it
 *     @ write path content         also `@ copy from to` and `@ remove path`
 *     $ NAME=value countersign ... one command
 *     $ countersign ... &          one that goes on; what it prints is compared when `@ interrupt` ends it, once all of
 *                                  it is there, or `@ interrupt at once` where something is said at the end. Commands
 *                                  that follow wait for its first line on standard error, and
 *                                  for `these words` there after `@ complained these words`
 *     > what is typed              once everything above it has been printed
 *     ! a line on standard error
 *     = 1                          the exit code, where it is not 0
 *     any other line               a line on standard output
 *
 * `<id>`, `<code>`, `<key>`, `<time>`, `<clock>`, `<n>` and `<...>` stand for what changes from run to run. What one
 * of them met last can be used in later commands; `<wrong>` is a code that differs from it. `<seed>` is the key of an
 * authenticator app, `<app>` what that shows now, `<next>` what it shows after that. A line of three dots stands for any
 * lines.
 */
export interface Transcript {
  readonly title: string;
  readonly steps: readonly Step[];
}

type Step =
  | { readonly type: "command"; readonly line: number; readonly command: Command }
  | { readonly type: "directive"; readonly line: number; readonly words: readonly string[] };

interface Command {
  readonly text: string;
  /** Standard output, cut where something is typed. */
  readonly printed: readonly (readonly string[])[];
  readonly typed: readonly string[];
  readonly errors: readonly string[];
  readonly exitCode: number;
}

const patterns: Readonly<Record<string, string>> = {
  id: "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
  code: "\\d{6}",
  key: "cs_[\\w-]{43}",
  time: "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z",
  stamp: "\\d{4}-\\d\\d-\\d\\dT[\\d-]{12}Z",
  clock: "\\d\\d:\\d\\d:\\d\\d",
  n: "\\d+",
  hex: "[0-9a-f]+",
  seed: "[A-Z2-7]{4}(?: [A-Z2-7]{4}){7}",
  "...": ".*",
};

export function parseTranscript(text: string): Transcript {
  const lines = text.trimEnd().split("\n");
  const title = (lines[0] ?? "").replace(/^# /, "");
  const steps: Step[] = [];
  let open: { printed: string[][]; typed: string[]; errors: string[]; exitCode: number } | null = null;
  for (const [index, line] of lines.entries()) {
    const rest = line.slice(2);
    if (line.startsWith("$ ")) {
      open = { printed: [[]], typed: [], errors: [], exitCode: 0 };
      steps.push({ type: "command", line: index + 1, command: Object.assign(open, { text: rest }) });
    } else if (line.startsWith("@ ")) {
      steps.push({ type: "directive", line: index + 1, words: rest.split(" ") });
      open = null;
    } else if (line.startsWith("# ")) open = null;
    else if (open === null) continue;
    else if (line.startsWith("! ")) open.errors.push(rest);
    else if (line.startsWith("= ")) {
      open.exitCode = Number(rest);
      open = null;
    } else if (line.startsWith("> ")) {
      open.typed.push(rest);
      open.printed.push([]);
    } else open.printed.at(-1)?.push(line);
  }
  return { title, steps };
}

/** Runs a transcript in its own folder, with real processes, which `countersign` starts. */
export async function runTranscript(
  transcript: Transcript,
  folder: string,
  countersign: Start = startCountersign,
): Promise<void> {
  const known: Record<string, string> = { folder };
  let server: Process | null = null;
  let going: Going | null = null;
  try {
    for (const step of transcript.steps) {
      const place = `${transcript.title}, line ${step.line}`;
      if (step.type === "command" && step.command.text.endsWith(" &")) {
        going = {
          command: step.command,
          process: startCommand(step.command, known, folder, countersign),
          place,
        };
        await going.process.complained(/\n/, place);
      } else if (step.type === "command") await runCommand(step.command, known, folder, place, countersign);
      else if (step.words[0] === "server") {
        server = countersign(["serve", "--json", "--port", "0"], folder);
        await server.printed(/"event":"ready".*\n/, place);
        const ready = JSON.parse(/^.*"event":"ready".*$/m.exec(server.stdout())?.[0] ?? "{}");
        Object.assign(known, { url: ready.url, pid: String(server.pid), first: ready.firstKey?.key ?? "" });
      } else if (step.words[0] === "complained") {
        await going?.process.complained(new RegExp(escaped(step.words.slice(1).join(" "))), place);
      } else if (step.words[0] === "interrupt") {
        if (going === null) throw new Error(`${place}: nothing goes on`);
        if (step.words[1] !== "at") await printedAll(going, known);
        await interrupt(going, known);
        going = null;
      } else if (step.words[0] === "stop") {
        server?.kill("SIGTERM");
        expect(await server?.ended(place), place).toBe(0);
        server = null;
      } else
        changeFiles(
          step.words.map((word) => filled(word, known)),
          folder,
        );
    }
  } finally {
    going?.process.kill("SIGKILL");
    server?.kill("SIGKILL");
    await server?.ended(transcript.title);
  }
}

interface Going {
  readonly command: Command;
  readonly process: Process;
  readonly place: string;
}

async function printedAll({ command, process, place }: Going, known: Record<string, string>): Promise<void> {
  await process.printed(new RegExp(`^${compiled(command.printed.flat(), known).source}`), place);
}

/** Ctrl-C, and what came of it. */
async function interrupt({ command, process, place }: Going, known: Record<string, string>): Promise<void> {
  const expected = command.printed.flat();
  process.kill("SIGINT");
  const exitCode = await process.ended(place);
  expectLines(process.stdout(), expected, known, `${place}: standard output`);
  expectLines(process.stderr(), command.errors, known, `${place}: standard error`);
  expect(exitCode, `${place}: exit code`).toBe(command.exitCode);
}

function startCommand(
  command: Command,
  known: Readonly<Record<string, string>>,
  folder: string,
  countersign: Start,
): Process {
  const words = filled(command.text.replace(/ &$/, ""), known).match(/'[^']*'|\S+/g) ?? [];
  const bare = words.map((word) => word.replace(/^'(.*)'$/, "$1"));
  const at = bare.indexOf("countersign");
  const environment = Object.fromEntries(bare.slice(0, at).map((word) => word.split(/=(.*)/s).slice(0, 2)));
  return countersign(bare.slice(at + 1), folder, environment);
}

async function runCommand(
  command: Command,
  known: Record<string, string>,
  folder: string,
  place: string,
  countersign: Start,
): Promise<void> {
  const running = startCommand(command, known, folder, countersign);
  const expected: string[] = [];
  for (const [index, line] of command.typed.entries()) {
    expected.push(...(command.printed[index] ?? []));
    await running.printed(new RegExp(`^${compiled(expected, known).source}`), place);
    remember(expected, running.stdout(), known, false);
    running.type(filled(line, known));
  }
  running.endInput();
  const exitCode = await running.ended(place);
  expected.push(...(command.printed.at(-1) ?? []));
  expectLines(running.stdout(), expected, known, `${place}: standard output`);
  expectLines(running.stderr(), command.errors, known, `${place}: standard error`);
  expect(exitCode, `${place}: exit code\n${running.stderr()}`).toBe(command.exitCode);
}

function expectLines(
  actual: string,
  expected: readonly string[],
  known: Record<string, string>,
  place: string,
): void {
  const text = tidy(actual);
  if (!remember(expected, text, known, true)) {
    expect(text.split("\n"), place).toEqual(expected.map((line) => filled(line, known)));
  }
}

/** Keeps what the placeholders met. False where the text is another one. */
function remember(
  expected: readonly string[],
  text: string,
  known: Record<string, string>,
  whole: boolean,
): boolean {
  const { source, names } = compiled(expected, known);
  const match = new RegExp(whole ? `^${source}\\n*$` : `^${source}`).exec(tidy(text));
  if (match === null) return false;
  for (const [index, name] of names.entries()) known[name] = match[index + 1] ?? "";
  const code = known["code"];
  if (code !== undefined) known["wrong"] = code === "000000" ? "000001" : "000000";
  const seed = known["seed"];
  if (seed !== undefined) {
    const now = Date.now();
    Object.assign(known, { app: codeOfApp(seed, now), next: codeOfApp(seed, now + 30_000) });
  }
  return true;
}

function compiled(
  lines: readonly string[],
  known: Readonly<Record<string, string>>,
): { readonly source: string; readonly names: readonly string[] } {
  const names: string[] = [];
  const kept = [...lines];
  while (kept.at(-1) === "") kept.pop();
  const source = kept
    .map((line) =>
      line.trim() === "..."
        ? "(?:.*\\n)*?.*"
        : line
            .split(/(<[a-z.]+>)/)
            .map((part) => {
              const name = /^<([a-z.]+)>$/.exec(part)?.[1] ?? "";
              const pattern = patterns[name];
              if (pattern === undefined) return escaped(filled(part, known));
              names.push(name);
              return `(${pattern})`;
            })
            .join("")
            .trimEnd(),
    )
    .join(" *\\n");
  return { source, names };
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

function filled(text: string, known: Readonly<Record<string, string>>): string {
  return text.replace(/<([a-z]+)>/g, (whole, name: string) => known[name] ?? whole);
}

function tidy(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")
    .trimEnd();
}

function changeFiles([verb, path = "", ...rest]: readonly string[], folder: string): void {
  const file = join(folder, path);
  if (verb === "remove") rmSync(file, { recursive: true });
  else if (verb === "copy") {
    mkdirSync(dirname(join(folder, rest[0] ?? "")), { recursive: true });
    cpSync(file, join(folder, rest[0] ?? ""), { recursive: true });
  } else if (verb === "write") {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, rest.join(" "));
  } else throw new Error(`there is no @ ${verb}`);
}
