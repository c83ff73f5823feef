import { type DestinationStream, destination, type LevelWithSilent, type Logger, pino } from "pino";
import type { Log } from "../engine/index.ts";

/** JSON lines, one an event. Fields come first and hold names and counts, never numbers of people, codes or keys. */
export interface ServerLog extends Log {
  readonly level: string;
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  isLevelEnabled(level: string): boolean;
  /** Writes out what is still held back. */
  flush(): void;
}

/** Must stay below what one write takes (16 384), or the sink refuses to open. */
const heldBytes = 8_192;
const flushEveryMs = 200;

/**
 * Lines are held back for a moment and written together: a system call for each would cost more than the rest of the
 * line. What is an error is written at once, and `flush` writes all at the end.
 */
export function createLog(level: LevelWithSilent, to?: DestinationStream): ServerLog {
  const sink = to ?? destination({ dest: 1, sync: false, minLength: heldBytes, periodicFlush: flushEveryMs });
  const flush = (): void => {
    if ("flushSync" in sink && typeof sink.flushSync === "function") sink.flushSync();
  };
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
        if (importance >= errorLevel) flush();
      },
    },
  };
  const logger = pino(options, sink);
  return Object.assign(logger, { flush }) as unknown as ServerLog;
}

const errorLevel = 50;
