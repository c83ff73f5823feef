import { call, connected, type GlobalOptions } from "../connection.ts";
import { fields, type Terminal, table } from "../terminal.ts";

interface Sent {
  readonly id: string;
  readonly to: string;
  readonly state: string;
  readonly channel: string;
  readonly provider: string | null;
  readonly createdAt: string;
  readonly segments: number | null;
  /** In the operator's currency; null where nothing costs anything, or for callers who may not know. */
  readonly cost?: string | null;
  readonly attempts: readonly {
    readonly provider: string;
    readonly at: string;
    readonly answer: string;
    readonly reason: string | null;
  }[];
}

interface MessageAnswer extends Sent {
  readonly text?: string;
  readonly from: string | null;
  readonly clientRef: string | null;
}

interface DeliveryAnswer extends Sent {
  readonly verification: string;
  readonly cause: string;
}

export interface ListOptions {
  readonly to?: string;
  readonly verification?: string;
  readonly state?: string;
  readonly channel?: string;
  readonly provider?: string;
  readonly limit?: string;
}

export interface SendOptions {
  readonly service?: string;
  readonly from?: string;
  readonly clientRef?: string;
}

const limitDefault = "20";

/** The newest of them that pass the filter. */
async function newest<T>(path: string, options: ListOptions, all: GlobalOptions, terminal: Terminal) {
  return await connected(all, terminal, async (connection) => {
    const query = new URLSearchParams({ limit: limitDefault, ...options });
    const { items } = (await call(connection, "GET", `${path}?${query}`)) as { readonly items: readonly T[] };
    return items;
  });
}

export async function listDeliveries(
  options: ListOptions,
  all: GlobalOptions,
  terminal: Terminal,
): Promise<void> {
  const items = await newest<DeliveryAnswer>("/api/v1/deliveries", options, all, terminal);
  terminal.result({ items }, () =>
    table(
      ["ID", "TO", "CHANNEL", "CARRIER", "STATE", "AT"],
      items.map((one) => [one.id, one.to, one.channel, one.provider, one.state, one.createdAt]),
      "There are no such deliveries.",
    ),
  );
}

export async function showDelivery(id: string, all: GlobalOptions, terminal: Terminal): Promise<void> {
  await connected(all, terminal, async (connection) => {
    const path = `/api/v1/deliveries/${encodeURIComponent(id)}`;
    const one = (await call(connection, "GET", path)) as DeliveryAnswer;
    terminal.result(one, () =>
      fields([["id", one.id], ["verification", one.verification], ["cause", one.cause], ...sentRows(one)]),
    );
  });
}

export async function listMessages(
  options: ListOptions,
  all: GlobalOptions,
  terminal: Terminal,
): Promise<void> {
  const items = await newest<MessageAnswer>("/api/v1/messages", options, all, terminal);
  terminal.result({ items }, () =>
    table(
      ["ID", "TO", "CARRIER", "STATE", "REFERENCE", "AT"],
      items.map((one) => [one.id, one.to, one.provider, one.state, one.clientRef, one.createdAt]),
      "There are no messages.",
    ),
  );
}

export async function showMessage(id: string, all: GlobalOptions, terminal: Terminal): Promise<void> {
  await connected(all, terminal, async (connection) => {
    const path = `/api/v1/messages/${encodeURIComponent(id)}`;
    const one = (await call(connection, "GET", path)) as MessageAnswer;
    terminal.result(one, () => messageText(one));
  });
}

export async function sendMessage(
  to: string,
  text: string,
  options: SendOptions,
  all: GlobalOptions,
  terminal: Terminal,
): Promise<void> {
  await connected(
    all,
    terminal,
    async (connection) => {
      const body = { to, text, ...options };
      const one = (await call(connection, "POST", "/api/v1/messages", body)) as MessageAnswer;
      terminal.result(one, () => messageText(one));
    },
    "founds",
  );
}

function messageText(one: MessageAnswer): string {
  return fields([
    ["id", one.id],
    ["text", one.text],
    ["from", one.from],
    ["reference", one.clientRef],
    ...sentRows(one),
  ]);
}

function sentRows(one: Sent): (readonly [string, unknown])[] {
  return [
    ["to", one.to],
    ["channel", one.channel],
    ["state", one.state],
    ["segments", one.segments],
    ...(typeof one.cost === "string" ? ([["cost", one.cost]] as const) : []),
    ["created", one.createdAt],
    ...one.attempts.map(({ provider, at, answer, reason }): readonly [string, unknown] => [
      "attempt",
      `${at} ${provider} ${answer}${reason === null ? "" : ` (${reason})`}`,
    ]),
  ];
}
