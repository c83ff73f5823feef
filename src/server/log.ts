import { type DestinationStream, type LevelWithSilent, type Logger, pino } from "pino";
import { systemClock } from "../clock/index.ts";
import type { Log } from "../engine/index.ts";
import { LogSink } from "./log-sink.ts";

/** JSON lines, one an event. Fields come first and hold names and counts, never numbers of people, codes or keys. */
export interface ServerLog extends Log {
  readonly level: string;
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  isLevelEnabled(level: string): boolean;
  /** Writes out what is still held back. */
  flush(): void;
}

/**
 * Lines are held back for a moment and written together: a system call for each would cost more than the rest of the
 * line. What is an error is written without delay, and `flush` writes all at the end.
 */
export function createLog(level: LevelWithSilent, to?: DestinationStream): ServerLog {
  const sink: DestinationStream = to ?? new LogSink(1, systemClock());
  const flush = (): void => {
    if ("flushSync" in sink && typeof sink.flushSync === "function") sink.flushSync();
  };
  // Not `flush`: a reader that stands still would hold up the request that failed, and all others.
  const hurry = sink instanceof LogSink ? () => sink.hurry() : flush;
  const options = {
    level,
    base: null,
    formatters: { level: (label: string) => ({ level: label }) },
    hooks: {
      logMethod(
        this: Logger,
        args: Parameters<Logger["info"]>,
        method: Logger["info"],
        importance: number,
      ): void {
        method.apply(this, args);
        if (importance >= errorLevel) hurry();
      },
    },
  };
  const logger = pino(options, sink);
  return Object.assign(logger, { flush }) as unknown as ServerLog;
}

const errorLevel = 50;
