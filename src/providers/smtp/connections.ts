import type { Clock } from "../../clock/index.ts";
import type { SmtpConnection, SmtpLibrary } from "./library.ts";
import type { SmtpSettings } from "./settings.ts";

/** A connection that is greeted, encrypted and signed in. */
export interface Line {
  readonly connection: SmtpConnection;
  isGone: boolean;
  /** How often it was handed out: one that rested since may have been let go of by the server. */
  uses: number;
}

/** Connections to one mail server, kept for a while. A message has one for itself. */
export interface Lines {
  /** @throws what went wrong; nothing was sent. */
  take(signal: AbortSignal, isFresh?: boolean): Promise<Line>;
  /** Back for the next message, or away. */
  give(line: Line, isSound: boolean): void;
  close(): void;
}

/** Everything before the text itself. Shorter than the time of a call, so that what never began is known to be so. */
export const beforeTextMs = 4_000;
/** Servers let go of who says nothing after 30 s and more; we leave before that. */
const idleMs = 20_000;
/** Some count. */
const perConnectionMax = 100;
const replyBytesMax = 65_536;

interface LineParts {
  readonly settings: SmtpSettings;
  readonly clock: Clock;
  readonly trusted?: string;
}

interface Waiting {
  readonly signal: AbortSignal;
  take(line: Line | Promise<Line>): void;
}

// house: size: one small state machine
export function createLines(library: SmtpLibrary, { settings, clock, trusted }: LineParts): Lines {
  const idle = new Map<Line, () => void>();
  const waiting: Waiting[] = [];
  let open = 0;
  let isClosed = false;

  function gone(line: Line): void {
    if (line.isGone) return;
    line.isGone = true;
    open -= 1;
    idle.get(line)?.();
    idle.delete(line);
    next();
  }

  /** Whoever waits longest gets what became free. */
  function next(): void {
    while (open < settings.connectionsMax && !isClosed) {
      const one = waiting.shift();
      if (one === undefined) return;
      if (!one.signal.aborted) one.take(dial(one.signal));
    }
  }

  function dial(signal: AbortSignal): Promise<Line> {
    open += 1;
    return new Promise((resolve, reject) => {
      const connection = new library.SMTPConnection(optionsOf(settings, trusted));
      const line: Line = { connection, isGone: false, uses: 0 };
      const fail = (cause: unknown): void => {
        signal.removeEventListener("abort", abort);
        // Closing tells of an end, which is a failure of its own.
        reject(cause);
        gone(line);
        connection.close();
      };
      const abort = (): void => fail(new Error("out of time"));
      const ready = (): void => {
        signal.removeEventListener("abort", abort);
        if (isClosed) fail(new Error("closed"));
        else resolve(line);
      };
      signal.addEventListener("abort", abort, { once: true });
      connection.on("error", fail);
      connection.on("end", () => fail(new Error("the mail server closed the connection")));
      connection.connect((refused) => {
        if (refused instanceof Error) return fail(refused);
        const { login } = settings;
        if (login === null) return ready();
        const given = { user: login.user, pass: login.password.reveal() };
        connection.login(given, (failed) => (failed === null ? ready() : fail(failed)));
      });
    });
  }

  function rest(line: Line): void {
    const endRest = clock.after(idleMs, () => leave(line));
    idle.set(line, endRest);
  }

  function leave(line: Line): void {
    gone(line);
    // QUIT, and no wait for the answer: nothing hangs on it.
    line.connection.quit();
    line.connection.close();
  }

  return {
    take(signal, isFresh = false) {
      if (isClosed || signal.aborted) return Promise.reject(new Error("out of time"));
      const line = isFresh ? undefined : [...idle.keys()].at(-1);
      if (line !== undefined) {
        idle.get(line)?.();
        idle.delete(line);
        return Promise.resolve(line);
      }
      if (open < settings.connectionsMax) return dial(signal);
      return new Promise((resolve, reject) => {
        const one: Waiting = { signal, take: resolve };
        waiting.push(one);
        signal.addEventListener("abort", () => {
          const at = waiting.indexOf(one);
          if (at >= 0) waiting.splice(at, 1);
          reject(new Waited());
        });
      });
    },
    give(line, isSound) {
      if (line.isGone) return;
      line.uses += 1;
      if (!isSound || isClosed || line.uses >= perConnectionMax) {
        leave(line);
        return;
      }
      const one = waiting.shift();
      if (one === undefined) rest(line);
      else one.take(line);
    },
    close() {
      isClosed = true;
      for (const line of [...idle.keys()]) leave(line);
    },
  };
}

/** All connections were busy until it was too late: that says nothing about the server. */
export class Waited extends Error {}

function optionsOf({ host, port, security }: SmtpSettings, trusted: string | undefined) {
  return {
    host,
    port,
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "off",
    tls: { minVersion: "TLSv1.2", ...(trusted === undefined ? {} : { ca: trusted }) },
    connectionTimeout: beforeTextMs,
    greetingTimeout: beforeTextMs,
    dnsTimeout: beforeTextMs,
    // Idle ones are closed by us, the others by the call's own time.
    socketTimeout: 2 * idleMs,
    socketCloseTimeout: 500,
    maxResponseSize: replyBytesMax,
  } as const;
}
