import { sandboxFaultTypes } from "../../providers/sandbox/index.ts";
import { call, findServer, type GlobalOptions } from "../connection.ts";
import type { ServerConnection } from "../contract.ts";
import { exitCodes } from "../exit-codes.ts";
import { CommandFailed, usageFailure } from "../failure.ts";
import type { ArrivedMessage } from "../phone.ts";
import { type Terminal, table } from "../terminal.ts";
import { channelWord, count } from "../verification-text.ts";

export interface FaultOptions {
  readonly times?: string;
  readonly delay?: string;
  readonly clear?: boolean;
}

interface PhoneAnswer {
  readonly number: string;
  readonly messages: number;
  readonly lastReceivedAt: string;
}

interface FaultAnswer {
  readonly prefix: string;
  readonly type: string;
  readonly delayMs?: number;
  readonly times?: number;
}

const base = "/sandbox/api";

export async function showMessages(
  number: string | undefined,
  all: GlobalOptions,
  terminal: Terminal,
): Promise<void> {
  await onPhones(all, async (connection) => {
    if (number === undefined) {
      const { phones } = (await call(connection, "GET", `${base}/phones`)) as {
        phones: readonly PhoneAnswer[];
      };
      const rows = phones.map((one) => [one.number, one.messages, one.lastReceivedAt]);
      terminal.result({ phones }, () =>
        table(["PHONE", "MESSAGES", "LAST"], rows, "No phone has a message."),
      );
      return;
    }
    const path = `${base}/phones/${encodeURIComponent(number)}/messages`;
    const { messages } = (await call(connection, "GET", path)) as { messages: readonly ArrivedMessage[] };
    const rows = messages.map((one) => [one.receivedAt, channelWord(one.channel), one.text]);
    terminal.result({ messages }, () =>
      table(["RECEIVED", "AS", "TEXT"], rows, "This phone has no message."),
    );
  });
}

export async function clearMessages(
  number: string | undefined,
  all: GlobalOptions,
  terminal: Terminal,
): Promise<void> {
  await onPhones(all, async (connection) => {
    const path = number === undefined ? "/phones" : `/phones/${encodeURIComponent(number)}/messages`;
    await call(connection, "DELETE", `${base}${path}`);
    terminal.result({ cleared: number ?? "all" }, () => `Cleared: ${number ?? "all phones"}.`);
  });
}

/** Sets a fault; without arguments shows those that are set. */
export async function fault(
  prefix: string | undefined,
  type: string | undefined,
  options: FaultOptions,
  all: GlobalOptions,
  terminal: Terminal,
): Promise<void> {
  const asked = prefix === undefined ? null : newFault(prefix, type, options);
  await onPhones(all, async (connection) => {
    if (asked !== null) {
      await call(connection, "POST", `${base}/faults`, asked);
      terminal.result(asked, () => `Messages to ${asked.prefix} now meet: ${faultText(asked)}.`);
      return;
    }
    if (options.clear === true) await call(connection, "DELETE", `${base}/faults`);
    const { faults } = (await call(connection, "GET", `${base}/faults`)) as {
      faults: readonly FaultAnswer[];
    };
    const rows = faults.map((one) => [one.prefix, faultText(one)]);
    terminal.result({ faults }, () => table(["PREFIX", "FAULT"], rows, "No fault is set."));
  });
}

function newFault(prefix: string, type: string | undefined, { times, delay }: FaultOptions): FaultAnswer {
  if (type === undefined || !sandboxFaultTypes.some((one) => one === type)) {
    throw usageFailure(
      type === undefined ? "The kind of fault is missing." : `There is no fault ${type}.`,
      `Choose from ${sandboxFaultTypes.join(", ")}.`,
    );
  }
  return {
    prefix,
    type,
    ...(times === undefined ? {} : { times: whole("--times", times) }),
    ...(delay === undefined ? {} : { delayMs: whole("--delay", delay) * 1_000 }),
  };
}

function whole(option: string, text: string): number {
  if (!/^\d{1,6}$/.test(text))
    throw usageFailure(`${option} is no whole number.`, `Write it like ${option} 3.`);
  return Number(text);
}

function faultText({ type, times, delayMs }: FaultAnswer): string {
  const delay = delayMs === undefined ? "" : ` after ${count(delayMs / 1_000, "second")}`;
  return `${type}${delay}${times === undefined ? "" : `, ${count(times, "time")}`}`;
}

/** The phones live in the memory of a server: without one there is nothing to look at. */
export async function onPhones(
  all: GlobalOptions,
  work: (connection: ServerConnection) => Promise<void>,
): Promise<void> {
  const connection = await findServer(all);
  if (connection === null) {
    throw new CommandFailed({
      exitCode: exitCodes.unreachable,
      code: "server_unreachable",
      what: "No server runs on this data folder.",
      why: "The virtual phones live in a server's memory: a code is never written to a disk.",
      remedy: "Start it with `countersign serve`, then look again.",
    });
  }
  const { status } = await connection.request("GET", `${base}/faults`);
  if (status === 404) {
    throw new CommandFailed({
      exitCode: exitCodes.refused,
      code: "sandbox_off",
      what: "The virtual phones of this server are off.",
      why: null,
      remedy:
        "They are on while no carrier is configured and only this machine reaches the server, or with COUNTERSIGN_SANDBOX=on.",
    });
  }
  await work(connection);
}
