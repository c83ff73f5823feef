import { closeSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";

/** One acknowledged reply, as the journal holds it. */
export type Entry =
  | { readonly type: "start"; readonly id: string; readonly to: string; readonly retried: boolean }
  | { readonly type: "check"; readonly id: string; readonly right: boolean; readonly status: number };

/** What a client can prove to have been told: each reply is on the disk before the client goes on. */
export interface Journal {
  readonly entries: readonly Entry[];
  write(entry: Entry): void;
  close(): void;
}

export function openJournal(path: string): Journal {
  const file = openSync(path, "a", 0o600);
  const entries: Entry[] = [];
  return {
    entries,
    write(entry) {
      writeSync(file, `${JSON.stringify(entry)}\n`);
      fsyncSync(file);
      entries.push(entry);
    },
    close: () => closeSync(file),
  };
}

export interface Sent {
  readonly reference: string;
  readonly code: string;
}

/** Follows what the carrier wrote down. */
export interface Ledger {
  /** All that was sent so far. */
  readonly sent: readonly Sent[];
  codeOf(reference: string): string | undefined;
  refresh(): void;
  close(): void;
}

export function followLedger(path: string): Ledger {
  const file = openSync(path, "a+", 0o600);
  const sent: Sent[] = [];
  const codes = new Map<string, string>();
  const piece = Buffer.alloc(65_536);
  let at = 0;
  let rest = "";
  return {
    sent,
    codeOf: (reference) => codes.get(reference),
    refresh() {
      for (let read = readSync(file, piece, 0, piece.length, at); read > 0; ) {
        at += read;
        const lines = (rest + piece.toString("utf8", 0, read)).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          const one = JSON.parse(line) as Sent;
          sent.push(one);
          codes.set(one.reference, one.code);
        }
        read = readSync(file, piece, 0, piece.length, at);
      }
    },
    close: () => closeSync(file),
  };
}

export interface LoadParts {
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly apiKey: string;
  /** Numbers that nobody used yet. */
  readonly nextNumber: () => string;
}

/** Starts whose answer never came: asked again, with the same key, after the restart. */
export interface Unanswered {
  readonly idempotencyKey: string;
  readonly body: { readonly to: string; readonly code?: string };
}

const workers = 8;

/** Starts and checks until the server is gone, or it is over; resolves with the starts that got no answer. */
export async function load(
  parts: LoadParts,
  origin: string,
  retries: readonly Unanswered[],
  isOver: () => boolean = () => false,
): Promise<Unanswered[]> {
  const unanswered: Unanswered[] = [];
  const waiting = [...retries];
  const follow = setInterval(() => parts.ledger.refresh(), 10);
  const work = async (): Promise<void> => {
    for (let turn = 0; !isOver(); turn++) {
      const again = waiting.shift();
      const start = again ?? newStart(parts.nextNumber(), turn);
      try {
        await oneVerification(parts, origin, start, turn, again !== undefined);
      } catch (cause) {
        if (!(cause instanceof ServerGone)) throw cause;
        if (cause.during === "start") unanswered.push(start);
        return;
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: workers }, work));
  } finally {
    clearInterval(follow);
  }
  return [...unanswered, ...waiting];
}

/** Every third start brings its own code. */
function newStart(to: string, turn: number): Unanswered {
  return { idempotencyKey: `start-${to}`, body: turn % 3 === 0 ? { to, code: "482915" } : { to } };
}

class ServerGone extends Error {
  readonly during: string;
  constructor(during: string, cause: unknown) {
    super("the server is gone", { cause });
    this.during = during;
  }
}

async function oneVerification(
  parts: LoadParts,
  origin: string,
  { body, idempotencyKey }: Unanswered,
  turn: number,
  retried: boolean,
): Promise<void> {
  const { journal } = parts;
  const started = await post(parts, origin, "start", "", body, idempotencyKey);
  if (started.status !== 201)
    throw new Error(`a start was answered ${started.status}: ${JSON.stringify(started.body)}`);
  const id = String(started.body["id"]);
  journal.write({ type: "start", id, to: body.to, retried });
  const code = body.code ?? (await codeFrom(parts, id));
  if (code === undefined || turn % 7 === 6) return;
  const check = async (right: boolean): Promise<void> => {
    const submitted = right ? code : code === "000000" ? "000001" : "000000";
    const { status } = await post(parts, origin, "check", `/${id}/check`, { code: submitted });
    journal.write({ type: "check", id, right, status });
  };
  if (turn % 2 === 1) await check(false);
  await Promise.all([check(true), check(true)]);
}

/** The carrier's ledger is followed every few milliseconds; a code that does not come soon is not waited for. */
async function codeFrom({ ledger }: LoadParts, id: string): Promise<string | undefined> {
  for (let look = 0; look < 50; look++) {
    const code = ledger.codeOf(`${id}.1`);
    if (code !== undefined) return code;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return undefined;
}

interface Reply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

async function post(
  { apiKey }: LoadParts,
  origin: string,
  during: string,
  path: string,
  body: object,
  idempotencyKey?: string,
): Promise<Reply> {
  try {
    const response = await fetch(`${origin}/api/v1/verifications${path}`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${apiKey}`,
        "content-type": "application/json",
        ...(idempotencyKey === undefined ? {} : { "idempotency-key": `"${idempotencyKey}"` }),
      },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Reply["body"] };
  } catch (cause) {
    throw new ServerGone(during, cause);
  }
}
