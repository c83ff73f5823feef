import process from "node:process";
import { systemClock } from "../../clock/index.ts";
import type { GlobalOptions } from "../connection.ts";
import type { ServerConnection } from "../contract.ts";
import { exitCodes } from "../exit-codes.ts";
import { toFailure } from "../failure.ts";
import type { ArrivedMessage } from "../phone.ts";
import type { StreamEvent } from "../stream.ts";
import { printable, type Terminal } from "../terminal.ts";
import { channelWord } from "../verification-text.ts";
import { onPhones } from "./sandbox.ts";

const streamPath = "/sandbox/api/stream";
const retryMs = 1_000;

/** Prints what happens on the virtual phones, as it happens, until somebody presses Ctrl-C. */
export async function watchPhones(all: GlobalOptions, terminal: Terminal): Promise<void> {
  const over = new AbortController();
  const stop = (): void => over.abort();
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  try {
    await onPhones(all, (connection) => follow(connection, terminal, over.signal));
  } finally {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  }
}

/** Comes back after every break, with the id of the last event, so that nothing is missed and nothing comes twice. */
async function follow(connection: ServerConnection, terminal: Terminal, signal: AbortSignal): Promise<void> {
  const clock = systemClock();
  let lastSeenId: string | null = null;
  let isAway = false;
  terminal.note("Watching the virtual phones. Ctrl-C ends.");
  while (!signal.aborted) {
    try {
      for await (const event of connection.follow(streamPath, lastSeenId, signal)) {
        if (isAway) terminal.note("The server is back.");
        isAway = false;
        if (event.type !== "reset") show(event, terminal);
        lastSeenId = event.id ?? lastSeenId;
      }
    } catch (cause) {
      if (signal.aborted) return;
      const failure = toFailure(cause, "");
      if (failure.exitCode !== exitCodes.unreachable) throw cause;
      if (!isAway) terminal.note("The server went away: waiting until it is back.");
      isAway = true;
    }
    await clock.sleep(retryMs, signal);
  }
}

type Shown = ArrivedMessage & { readonly number: string; readonly state: string; readonly sentAt: string };

function show({ type, data }: StreamEvent, terminal: Terminal): void {
  const text = textOf(type, data as Shown, terminal);
  if (text !== null) terminal.result({ type, ...(data as object) }, () => text);
}

/** Null for what only pages want to know. */
function textOf(type: string, data: Shown, terminal: Terminal): string | null {
  const number = terminal.style("bold", printable(data.number));
  switch (type) {
    case "message": {
      const head = `[${timeOf(data.receivedAt)}] ${number} ${channelWord(data.channel)}`;
      const about = data.subject === undefined ? "" : `, "${printable(data.subject)}"`;
      return `${head} from ${printable(data.from)}${about}: ${printable(data.text)}`;
    }
    case "reply":
      return `[${timeOf(data.sentAt)}] ${number} replied: ${printable(data.text)}`;
    case "call":
      return `${number} call ${printable(data.state)}`;
    default:
      return null;
  }
}

function timeOf(instant: string): string {
  return instant.slice(11, 19);
}
