import { type Clock, systemClock } from "../../clock/index.ts";
import { call, type GlobalOptions, openConnection } from "../connection.ts";
import type { Answer, Connection } from "../contract.ts";
import { exitCodes } from "../exit-codes.ts";
import { CommandFailed, failureLines, problemFailure } from "../failure.ts";
import { type Input, openInput } from "../input.ts";
import { openPhone, type Phone } from "../phone.ts";
import { printable, type Terminal } from "../terminal.ts";
import {
  channelWord,
  count,
  messageText,
  type VerificationAnswer,
  verificationText,
} from "../verification-text.ts";

export interface VerifyOptions {
  readonly channel?: string;
  readonly service?: string;
  readonly brand?: string;
  readonly locale?: string;
  readonly codeFromPhone?: boolean;
}

const lookEveryMs = 100;
const arrivalMsMax = 20_000;
const arrivalMsUsual = 1_500;

/** A round under way. */
interface Round {
  readonly connection: Connection;
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly phone: Phone | null;
  readonly path: string;
}

/** A whole verification at a terminal, or for a script with the code read from the virtual phone. */
export async function verify(
  number: string,
  options: VerifyOptions,
  all: GlobalOptions,
  terminal: Terminal,
): Promise<void> {
  const connection = await openConnection(all, terminal, "founds");
  try {
    const { channel, service, brand, locale } = options;
    const phone = await openPhone(connection, number);
    if (options.codeFromPhone === true && phone === null) throw noPhone();
    const asked = { to: number, channel, service, brand, locale };
    const started = (await call(connection, "POST", "/api/v1/verifications", asked)) as VerificationAnswer;
    const path = `/api/v1/verifications/${started.id}`;
    const round: Round = { connection, terminal, clock: systemClock(), phone, path };
    terminal.say(
      `Verification ${started.id}: a ${channelWord(started.channel)} is on its way to ${printable(started.to)}.`,
    );
    const settled = options.codeFromPhone === true ? await unattended(round) : await attended(round);
    terminal.result(settled, () => approvedText(settled, terminal));
  } finally {
    await connection.close();
  }
}

function approvedText(settled: VerificationAnswer, terminal: Terminal): string {
  return `${terminal.style("green", "Approved")}: ${printable(settled.to)} is verified.`;
}

async function unattended(round: Round): Promise<VerificationAnswer> {
  const code = await codeFromPhone(round);
  const answer = await round.connection.request("POST", `${round.path}/check`, { code });
  if (answer.status !== 200) throw problemFailure(answer.status, answer.body);
  return answer.body as VerificationAnswer;
}

async function codeFromPhone({ phone, clock, terminal }: Round): Promise<string> {
  const until = clock.now() + arrivalMsMax;
  while (phone !== null && clock.now() < until) {
    for (const message of await phone.look()) {
      terminal.say(messageText(message));
      if (message.code !== null) return message.code;
    }
    await clock.sleep(lookEveryMs);
  }
  throw new CommandFailed({
    exitCode: exitCodes.refused,
    code: "nothing_arrived",
    what: "No message arrived on the virtual phone within 20 seconds.",
    why: null,
    remedy:
      "Look for a fault of this number that was set with `countersign sandbox fault`, and at the server's log.",
  });
}

/** Somebody types: the code, or a letter for what else can be done. */
async function attended(round: Round): Promise<VerificationAnswer> {
  const input = openInput(round.terminal);
  try {
    await showArrival(round);
    for (;;) {
      const line = await ask(round, input);
      if (line === null) throw unfinished(round, exitCodes.refused, "There is nothing more to read.");
      if (line === "interrupted") throw unfinished(round, exitCodes.interrupted, "Interrupted.");
      if (line === "") continue;
      const settled = await act(round, line);
      if (settled !== null) return settled;
    }
  } finally {
    input.close();
  }
}

/** Asks, and shows above the question what arrives while it stands. */
async function ask(round: Round, input: Input): Promise<string | null> {
  const over = new AbortController();
  const watching = watchPhone(round, input, over.signal);
  const line = await input.line("Code (r: send again, n: next channel, c: cancel): ");
  over.abort();
  await watching;
  return line;
}

async function watchPhone({ phone, clock }: Round, input: Input, signal: AbortSignal): Promise<void> {
  while (phone !== null && !signal.aborted) {
    try {
      for (const message of await phone.look()) input.interrupt(messageText(message));
    } catch {
      // A server that went away says so to the next thing that is typed.
      return;
    }
    await clock.sleep(lookEveryMs, signal);
  }
}

/** Most messages are there before a question could be read: they come first, and nothing jumps. */
async function showArrival({ phone, clock, terminal }: Round): Promise<void> {
  const until = clock.now() + arrivalMsUsual;
  while (phone !== null && clock.now() < until) {
    const arrived = await phone.look();
    for (const message of arrived) terminal.say(messageText(message));
    if (arrived.length > 0) return;
    await clock.sleep(lookEveryMs);
  }
}

/** The settled verification; null where the round goes on. */
async function act(round: Round, line: string): Promise<VerificationAnswer | null> {
  const { connection, terminal, path } = round;
  switch (line.toLowerCase()) {
    case "r":
      return told(round, await connection.request("POST", `${path}/resend`), "again");
    case "n":
      return told(round, await connection.request("POST", `${path}/next`), "now");
    case "c": {
      await call(connection, "DELETE", path);
      throw new CommandFailed({
        exitCode: exitCodes.refused,
        code: "verification_canceled",
        what: "Canceled.",
        why: null,
        remedy: null,
      });
    }
    default: {
      const { status, body } = await connection.request("POST", `${path}/check`, { code: line });
      if (status === 200) return body as VerificationAnswer;
      const { code, checksLeft } = body as { readonly code?: string; readonly checksLeft?: number };
      if (code === "code_mismatch" && checksLeft !== undefined) {
        terminal.say(`${terminal.style("red", "Wrong code")}, ${count(checksLeft, "check")} left.`);
        return null;
      }
      if (code === "code_malformed" || code === "code_expired") return goOn(round, status, body);
      throw problemFailure(status, body);
    }
  }
}

const refusedButPending = new Set(["resend_too_soon", "send_limit_reached", "no_further_step"]);

async function told(round: Round, { status, body }: Answer, when: string): Promise<null> {
  if (status === 200) {
    round.terminal.say(`A ${channelWord((body as VerificationAnswer).channel)} goes out ${when}.`);
    await showArrival(round);
    return null;
  }
  if (!refusedButPending.has(String((body as { readonly code?: unknown }).code)))
    throw problemFailure(status, body);
  return goOn(round, status, body);
}

/** Refused, but the verification is still pending: say why and ask on. */
function goOn({ terminal }: Round, status: number, body: unknown): null {
  const lines = failureLines(problemFailure(status, body).failure);
  terminal.say(lines.join("\n").replace(/^countersign: /, ""));
  return null;
}

function unfinished(
  { path }: Round,
  exitCode: typeof exitCodes.refused | typeof exitCodes.interrupted,
  what: string,
): CommandFailed {
  const id = path.slice(path.lastIndexOf("/") + 1);
  return new CommandFailed({
    exitCode,
    code: "interrupted",
    what,
    why: "The verification is still pending.",
    remedy: `Go on with \`countersign check ${id}\`, or end it with \`countersign cancel ${id}\`.`,
  });
}

function noPhone(): CommandFailed {
  return new CommandFailed({
    exitCode: exitCodes.refused,
    code: "no_virtual_phone",
    what: "There are no virtual phones to read the code from.",
    why: "The sandbox is off, or it belongs to a server elsewhere.",
    remedy: "Leave out --code-from-phone and type the code, or switch the sandbox on.",
  });
}

/** Asks for a code that was not given on the command line, where other users of the machine could read it. */
export async function check(
  id: string,
  given: string | undefined,
  all: GlobalOptions,
  terminal: Terminal,
): Promise<void> {
  const code = given ?? (await askCode(terminal));
  const connection = await openConnection(all, terminal);
  try {
    const path = `/api/v1/verifications/${encodeURIComponent(id)}/check`;
    const settled = (await call(connection, "POST", path, { code })) as VerificationAnswer;
    terminal.result(settled, () => approvedText(settled, terminal));
  } finally {
    await connection.close();
  }
}

async function askCode(terminal: Terminal): Promise<string> {
  const input = openInput(terminal);
  try {
    const line = await input.line("Code: ");
    if (line === null || line === "") throw noCode(exitCodes.usage);
    if (line === "interrupted") throw noCode(exitCodes.interrupted);
    return line;
  } finally {
    input.close();
  }
}

function noCode(exitCode: typeof exitCodes.usage | typeof exitCodes.interrupted): CommandFailed {
  return new CommandFailed({
    exitCode,
    code: "usage",
    what: "No code was given.",
    why: null,
    remedy: "Type it, pipe it in, or give it as the second argument.",
  });
}

/** One call on a verification that answers with it. */
export async function showVerification(
  method: "GET" | "DELETE",
  id: string,
  all: GlobalOptions,
  terminal: Terminal,
): Promise<void> {
  const connection = await openConnection(all, terminal);
  try {
    const path = `/api/v1/verifications/${encodeURIComponent(id)}`;
    const found = (await call(connection, method, path)) as VerificationAnswer;
    terminal.result(found, () => verificationText(found));
  } finally {
    await connection.close();
  }
}
