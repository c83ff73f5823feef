import process from "node:process";
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import type { Terminal } from "./terminal.ts";

/** Lines that somebody types, or that a script pipes in. */
export interface Input {
  /** The next line; null at the end of the input, "interrupted" after Ctrl-C. */
  line(question: string): Promise<string | null | "interrupted">;
  /** The same, and what is typed is not shown; nor are its spaces taken away. */
  secret(question: string): Promise<string | null | "interrupted">;
  /** Prints above a question that waits for its answer, and asks again. */
  interrupt(text: string): void;
  close(): void;
}

const interruptedMark = Symbol("interrupted");
const endMark = Symbol("end of the input");
type Read = string | typeof endMark | typeof interruptedMark;

export function openInput(terminal: Terminal): Input {
  const isTyped = process.stdin.isTTY === true && terminal.isWatched;
  const shown = terminal.json ? process.stderr : process.stdout;
  let isHidden = false;
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!isHidden) shown.write(chunk);
      done();
    },
  });
  const lines = createInterface({
    input: process.stdin,
    ...(isTyped ? { output: Object.assign(output, { columns: shown.columns }) } : {}),
    terminal: isTyped,
    historySize: 0,
  });
  const arrived: Read[] = [];
  let waiting: ((read: Read) => void) | null = null;
  let asked = "";
  let ended = false;

  const take = (read: Read): void => {
    if (waiting === null) arrived.push(read);
    else {
      const resolve = waiting;
      waiting = null;
      resolve(read);
    }
  };
  lines.on("line", (line) => take(line));
  lines.on("SIGINT", () => take(interruptedMark));
  lines.on("close", () => {
    ended = true;
    take(endMark);
  });

  const nextLine = (): Promise<Read> =>
    new Promise((resolve) => {
      waiting = resolve;
    });

  const prompt = (): void => {
    if (isTyped) {
      lines.setPrompt(asked);
      lines.prompt(true);
    } else terminal.ask(asked);
  };

  const answer = async (): Promise<string | null | "interrupted"> => {
    const read = arrived.shift() ?? (ended ? endMark : await nextLine());
    // Neither what was piped in nor what was hidden leaves a line end of its own behind the question.
    if (!isTyped || isHidden || typeof read !== "string") terminal.ask("\n");
    if (read === endMark) return null;
    return read === interruptedMark ? "interrupted" : read;
  };

  return {
    async line(question) {
      asked = question;
      prompt();
      const read = await answer();
      return read === null ? null : read.trim();
    },
    async secret(question) {
      terminal.ask(question);
      isHidden = true;
      lines.setPrompt("");
      try {
        return await answer();
      } finally {
        isHidden = false;
      }
    },
    interrupt(text) {
      if (waiting === null) return terminal.say(text);
      terminal.ask(isTyped ? "\r\u001b[K" : "\n");
      terminal.say(text);
      prompt();
    },
    close: () => lines.close(),
  };
}
