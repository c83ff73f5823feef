import { systemClock } from "../../clock/index.ts";
import { call, connected, type GlobalOptions } from "../connection.ts";
import type { Connection } from "../contract.ts";
import { stopSignal } from "../stop-signal.ts";
import { printable, type Terminal, table } from "../terminal.ts";

interface RotationAnswer {
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly pass: number;
  readonly place: string | null;
  readonly looked: number;
  readonly sealed: number;
  readonly broken: number;
}

interface StatusAnswer {
  readonly secrets: readonly {
    readonly id: string;
    readonly role: string;
    readonly values: number;
    readonly hashes: number;
    readonly remark: string;
  }[];
  readonly values: readonly { readonly value: string; readonly key: string; readonly count: number }[];
  readonly rotation: RotationAnswer | null;
}

const statusPath = "/api/v1/secrets";
const rotationPath = "/api/v1/secrets/rotation";
const lookEveryMs = 500;

/** What is under which key, and whether a former master secret may be removed. */
export async function secretsStatus(all: GlobalOptions, terminal: Terminal): Promise<void> {
  await connected(all, terminal, async (connection) => {
    const status = (await call(connection, "GET", statusPath)) as StatusAnswer;
    terminal.result(status, () => statusText(status));
  });
}

function statusText({ secrets, values, rotation }: StatusAnswer): string {
  return [
    table(
      ["SECRET", "IS", "VALUES", "HASHES", ""],
      secrets.map((one) => [one.id, one.role, String(one.values), String(one.hashes), one.remark]),
      "There is no secret.",
    ),
    "",
    table(
      ["VALUE", "UNDER", "COUNT"],
      values.map(({ value, key, count }) => [value, key, String(count)]),
      "Nothing is sealed yet.",
    ),
    "",
    rotation === null ? "Nothing was rotated yet." : rotationText(rotation),
  ].join("\n");
}

function rotationText(one: RotationAnswer): string {
  const done = `${one.sealed} sealed anew, ${one.broken} that do not open, ${one.looked} rows looked at`;
  if (one.finishedAt !== null) return `The last rotation ended at ${printable(one.finishedAt)}: ${done}.`;
  return `A rotation is under way, pass ${one.pass}, at ${printable(one.place)}: ${done}.`;
}

export interface RotateOptions {
  readonly tenant?: string;
  readonly keepDataKeys?: boolean;
}

/** Starts a rotation, or goes on looking at the one under way, until it is over; Ctrl-C leaves it running. */
export async function rotateSecrets(
  { tenant, keepDataKeys }: RotateOptions,
  all: GlobalOptions,
  terminal: Terminal,
): Promise<void> {
  const signal = stopSignal();
  try {
    await connected(all, terminal, async (connection) => {
      const body = {
        ...(tenant === undefined ? {} : { tenant }),
        ...(keepDataKeys === true ? { keepDataKeys } : {}),
      };
      const started = (await call(connection, "POST", rotationPath, body)) as RotationAnswer;
      const last = await follow(connection, started, signal.first, terminal);
      terminal.result(last, () => endText(last));
    });
  } finally {
    signal.forget();
  }
}

function endText(last: RotationAnswer): string {
  return last.finishedAt === null
    ? `${rotationText(last)}\nWhatever server runs goes on with it; the same command shows how far it is.`
    : rotationText(last);
}

async function follow(
  connection: Connection,
  started: RotationAnswer,
  stopped: Promise<string>,
  terminal: Terminal,
): Promise<RotationAnswer> {
  const clock = systemClock();
  const ending = new AbortController();
  void stopped.then(() => ending.abort());
  let last = started;
  let said = "";
  while (last.finishedAt === null && !ending.signal.aborted) {
    const text = `pass ${last.pass}, ${printable(last.place)}: ${last.sealed} sealed anew, ${last.looked} rows looked at`;
    if (text !== said) terminal.note(text);
    said = text;
    await clock.sleep(lookEveryMs, ending.signal);
    const found = (await call(connection, "GET", rotationPath)) as { rotation: RotationAnswer };
    last = found.rotation;
  }
  return last;
}
