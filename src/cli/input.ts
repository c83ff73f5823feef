import process from "node:process";
import { createInterface, type Interface } from "node:readline";
import { Writable } from "node:stream";
import type { Terminal } from "./terminal.ts";

/** Lines that somebody types, or that a script pipes in. */
export interface Input {
  /** Whether somebody types at a terminal; else lines are piped in. */
  readonly isTyped: boolean;
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
  // Whatever reads our output: what is typed at a terminal is echoed by us, or the terminal itself would show a password.
  const isTyped = process.stdin.isTTY === true;
  const echo = hideable(terminal.isWatched && !terminal.json ? process.stdout : process.stderr);
  const lines = createInterface({
    input: process.stdin,
    ...(isTyped ? { output: echo.output } : {}),
    terminal: isTyped,
    historySize: 0,
  });
  const reads = readsOf(lines);
  let asked = "";

  const prompt = (): void => {
    if (isTyped) {
      lines.setPrompt(asked);
      lines.prompt(true);
    } else terminal.ask(asked);
  };

  const answer = async (isHidden: boolean): Promise<string | null | "interrupted"> => {
    const read = await reads.next();
    // Neither what was piped in nor what was hidden leaves a line end of its own behind the question.
    if (!isTyped || isHidden || typeof read !== "string") terminal.ask("\n");
    if (read === endMark) return null;
    return read === interruptedMark ? "interrupted" : read;
  };

  return {
    isTyped,
    async line(question) {
      asked = question;
      prompt();
      const read = await answer(false);
      return read === null ? null : read.trim();
    },
    async secret(question) {
      terminal.ask(question);
      lines.setPrompt("");
      echo.hide(true);
      try {
        return await answer(true);
      } finally {
        echo.hide(false);
      }
    },
    interrupt(text) {
      if (!reads.isAwaited()) return terminal.say(text);
      terminal.ask(isTyped ? "\r\u001b[K" : "\n");
      terminal.say(text);
      prompt();
    },
    close: () => lines.close(),
  };
}

interface Reads {
  next(): Promise<Read>;
  isAwaited(): boolean;
}

/** Lines in their order, whether they came before anybody asked or after. */
function readsOf(lines: Interface): Reads {
  const arrived: Read[] = [];
  let waiting: ((read: Read) => void) | null = null;
  let ended = false;
  const take = (read: Read): void => {
    if (waiting === null) arrived.push(read);
    else {
      const resolve = waiting;
      waiting = null;
      resolve(read);
    }
  };
  lines.on("line", take);
  lines.on("SIGINT", () => take(interruptedMark));
  lines.on("close", () => {
    ended = true;
    take(endMark);
  });
  return {
    isAwaited: () => waiting !== null,
    async next() {
      const [first] = arrived;
      if (first !== undefined) return arrived.shift() as Read;
      if (ended) return endMark;
      return await new Promise((resolve) => {
        waiting = resolve;
      });
    },
  };
}

/** What is typed is shown by us, and can be kept back. */
function hideable(shown: NodeJS.WriteStream): { readonly output: Writable; hide(isHidden: boolean): void } {
  let isHidden = false;
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!isHidden) shown.write(chunk);
      done();
    },
  });
  return {
    // By its width, a long line is drawn right.
    output: Object.assign(output, { columns: shown.columns }),
    hide(given) {
      isHidden = given;
    },
  };
}
