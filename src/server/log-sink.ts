import { writeSync, write as writeTo } from "node:fs";
import type { Clock } from "../clock/index.ts";

const heldBytes = 8_192;
const heldMs = 200;
/** What a reader that stands still may cost us; whatever comes then is lost, and counted. */
const waitingCharactersMax = 4_194_304;

/**
 * Where log lines go: a file, a pipe or a terminal, by its descriptor. Holds lines back for a moment and writes them together. A log that cannot be written, because its disk is full or its
 * reader is gone, loses lines and says how many once it works again: it never stops or stalls the server. (The sink of
 * pino tries again without end, in a loop that blocks the process, and collects without bound behind a slow reader.)
 */
export class LogSink {
  readonly #descriptor: number;
  readonly #clock: Clock;
  #lines: string[] = [];
  #waiting = 0;
  #lost = 0;
  #isTorn = false;
  #isWriting = false;
  #isScheduled = false;

  constructor(descriptor: number, clock: Clock) {
    this.#descriptor = descriptor;
    this.#clock = clock;
  }

  write(line: string): void {
    if (this.#waiting + line.length > waitingCharactersMax) {
      this.#lost += 1;
      return;
    }
    this.#lines.push(line);
    this.#waiting += line.length;
    if (this.#waiting >= heldBytes) this.hurry();
    else this.#schedule();
  }

  /** Writes what is held back now instead of in a moment, without waiting for it. */
  hurry(): void {
    if (this.#isWriting || this.#lines.length === 0) return;
    this.#put(this.#take(), 0);
  }

  /** Writes what is held back before it returns, unless an earlier write is still under way: then that one goes on. */
  flushSync(): void {
    if (this.#isWriting || this.#lines.length === 0) return;
    const bytes = this.#take();
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(this.#descriptor, bytes, written);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "EAGAIN") this.#put(bytes, written);
      else this.#lose(bytes, written);
    }
  }

  #take(): Buffer {
    const note = this.#lost === 0 ? "" : lostLine(this.#clock.now(), this.#lost);
    const bytes = Buffer.from((this.#isTorn ? "\n" : "") + note + this.#lines.join(""), "utf8");
    this.#lines = [];
    this.#waiting = 0;
    this.#lost = 0;
    this.#isTorn = false;
    return bytes;
  }

  #put(bytes: Buffer, from: number): void {
    this.#isWriting = true;
    writeTo(this.#descriptor, bytes, from, bytes.length - from, null, (error, count) => {
      if (error?.code === "EAGAIN") {
        void this.#clock.sleep(heldMs).then(() => this.#put(bytes, from));
      } else if (error === null && from + count < bytes.length) {
        this.#put(bytes, from + count);
      } else {
        this.#isWriting = false;
        if (error === null) return this.hurry();
        this.#lose(bytes, from);
        this.#schedule();
      }
    });
  }

  #lose(bytes: Buffer, from: number): void {
    this.#lost += bytes.subarray(from).toString("latin1").split("\n").length - 1;
    this.#isTorn = from > 0;
  }

  #schedule(): void {
    if (this.#isScheduled || this.#isWriting || this.#lines.length === 0) return;
    this.#isScheduled = true;
    void this.#clock.sleep(heldMs).then(() => {
      this.#isScheduled = false;
      this.hurry();
    });
  }
}

function lostLine(time: number, count: number): string {
  return `${JSON.stringify({ level: "warn", time, event: "log_lost", lines: count, msg: "log lines could not be written" })}\n`;
}
