import { call, connected, type GlobalOptions } from "../connection.ts";
import { usageFailure } from "../failure.ts";
import { allItems } from "../pages.ts";
import { fields, type Terminal, table } from "../terminal.ts";

interface WebhookAnswer {
  readonly id: string;
  readonly url: string;
  readonly service: string;
  readonly events: readonly string[];
  readonly description: string | null;
  readonly enabled: boolean;
  readonly disabledAt: string | null;
  readonly disabledReason: string | null;
  readonly failingSince: string | null;
  readonly createdAt: string;
  readonly secret?: string;
}

interface EventAnswer {
  readonly id: string;
  readonly type: string;
  readonly sequence: number;
  readonly state: string;
  readonly occurredAt: string;
  readonly nextPostAt: string | null;
  readonly posts: readonly {
    readonly at: string;
    readonly answer: string;
    readonly status: number | null;
    readonly reason: string | null;
  }[];
  readonly payload?: unknown;
}

export interface WebhookOptions {
  readonly url?: string;
  readonly service?: string;
  readonly events?: string;
  readonly description?: string;
  readonly enable?: boolean;
  readonly disable?: boolean;
}

const base = "/api/v1/webhooks";
const pathOf = (id: string): string => `${base}/${encodeURIComponent(id)}`;

export async function createWebhook(
  url: string,
  { service, events, description }: WebhookOptions,
  all: GlobalOptions,
  terminal: Terminal,
): Promise<void> {
  const body = { url, service, events: typesOf(events), description };
  await connected(
    all,
    terminal,
    async (connection) => {
      const made = (await call(connection, "POST", base, body)) as WebhookAnswer;
      terminal.result(made, () => webhookText(made));
    },
    "founds",
  );
}

export async function updateWebhook(
  id: string,
  options: WebhookOptions,
  all: GlobalOptions,
  terminal: Terminal,
): Promise<void> {
  const { url, events, description, enable, disable } = options;
  const enabled = enable === true ? true : disable === true ? false : undefined;
  const body = { url, events: typesOf(events), description, enabled };
  if (Object.values(body).every((value) => value === undefined)) {
    throw usageFailure(
      "Nothing to change was given.",
      "Give --url, --events, --description, --enable or --disable.",
    );
  }
  await connected(all, terminal, async (connection) => {
    const changed = (await call(connection, "PATCH", pathOf(id), body)) as WebhookAnswer;
    terminal.result(changed, () => webhookText(changed));
  });
}

/** A webhook with its newest events; or one event with what is posted. */
export async function showWebhook(
  id: string,
  eventId: string | undefined,
  all: GlobalOptions,
  terminal: Terminal,
): Promise<void> {
  await connected(all, terminal, async (connection) => {
    if (eventId !== undefined) {
      const path = `${pathOf(id)}/events/${encodeURIComponent(eventId)}`;
      const event = (await call(connection, "GET", path)) as EventAnswer;
      terminal.result(event, () => eventText(event));
      return;
    }
    const webhook = (await call(connection, "GET", pathOf(id))) as WebhookAnswer;
    const page = (await call(connection, "GET", `${pathOf(id)}/events`)) as { readonly items: EventAnswer[] };
    terminal.result({ ...webhook, events: webhook.events, newest: page.items }, () =>
      [webhookText(webhook), "", eventTable(page.items)].join("\n"),
    );
  });
}

export async function listWebhooks(all: GlobalOptions, terminal: Terminal): Promise<void> {
  await connected(all, terminal, async (connection) => {
    const webhooks = await allItems<WebhookAnswer>(connection, base);
    terminal.result({ items: webhooks }, () =>
      table(
        ["ID", "STATE", "EVENTS", "URL"],
        webhooks.map((one) => [one.id, stateOf(one), eventsText(one), one.url]),
        "There are no webhooks.",
      ),
    );
  });
}

/** Removes it and says so. */
export async function deleteWebhook(id: string, all: GlobalOptions, terminal: Terminal): Promise<void> {
  await connected(all, terminal, async (connection) => {
    const removed = (await call(connection, "DELETE", pathOf(id))) as WebhookAnswer;
    terminal.result(removed, () => `Removed: ${removed.id} (${removed.url}).`);
  });
}

export async function rotateWebhook(
  id: string,
  options: { readonly overlap?: string },
  all: GlobalOptions,
  terminal: Terminal,
): Promise<void> {
  const body = options.overlap === undefined ? {} : { overlapSeconds: Number(options.overlap) };
  await connected(all, terminal, async (connection) => {
    const rotated = (await call(connection, "POST", `${pathOf(id)}/rotate`, body)) as WebhookAnswer;
    terminal.result(rotated, () => webhookText(rotated));
  });
}

/** Ends with 1 where the receiver did not take it. */
export async function testWebhook(id: string, all: GlobalOptions, terminal: Terminal): Promise<number> {
  return await connected(all, terminal, async (connection) => {
    const event = (await call(connection, "POST", `${pathOf(id)}/test`)) as EventAnswer;
    terminal.result(event, () => eventText(event));
    return event.state === "received" ? 0 : 1;
  });
}

export interface ReplayOptions {
  readonly since?: string;
  readonly received?: boolean;
}

/** One event, or all that failed. */
export async function replayWebhook(
  id: string,
  eventId: string | undefined,
  options: ReplayOptions,
  all: GlobalOptions,
  terminal: Terminal,
): Promise<void> {
  await connected(all, terminal, async (connection) => {
    if (eventId !== undefined) {
      const path = `${pathOf(id)}/events/${encodeURIComponent(eventId)}/replay`;
      const event = (await call(connection, "POST", path)) as EventAnswer;
      terminal.result(event, () => eventText(event));
      return;
    }
    const asked = { since: instant(options.since), state: options.received === true ? "received" : "failed" };
    let replayed = 0;
    let cursor: string | undefined;
    do {
      const body = { ...asked, cursor };
      const done = (await call(connection, "POST", `${pathOf(id)}/replay`, body)) as {
        readonly replayed: number;
        readonly nextCursor: string | null;
      };
      replayed += done.replayed;
      cursor = done.nextCursor ?? undefined;
    } while (cursor !== undefined);
    terminal.result({ replayed }, () => `Posted again: ${replayed} ${replayed === 1 ? "event" : "events"}.`);
  });
}

function typesOf(events: string | undefined): readonly string[] | undefined {
  if (events === undefined) return undefined;
  return events === "all" ? [] : events.split(",").map((one) => one.trim());
}

function instant(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const at = Date.parse(text);
  if (Number.isNaN(at)) {
    throw usageFailure("--since is no date.", "Write it like 2027-01-31 or 2027-01-31T12:00:00Z.");
  }
  return new Date(at).toISOString();
}

function stateOf({ enabled, disabledReason, failingSince }: WebhookAnswer): string {
  if (!enabled) return `disabled (${disabledReason})`;
  return failingSince === null ? "active" : `failing since ${failingSince}`;
}

function eventsText({ events }: WebhookAnswer): unknown {
  return events.length === 0 ? "all" : events;
}

function webhookText(one: WebhookAnswer): string {
  return fields([
    ["id", one.id],
    ["url", one.url],
    ["service", one.service],
    ["events", eventsText(one)],
    ["description", one.description],
    ["state", stateOf(one)],
    ["created", one.createdAt],
    ...(one.secret === undefined ? [] : ([["secret", one.secret]] as const)),
  ]);
}

function eventTable(events: readonly EventAnswer[]): string {
  return table(
    ["EVENT", "TYPE", "STATE", "POSTS", "AT"],
    events.map((one) => [one.id, one.type, one.state, one.posts.length, one.occurredAt]),
    "There are no events yet.",
  );
}

function eventText(one: EventAnswer): string {
  return fields([
    ["event", one.id],
    ["type", one.type],
    ["sequence", one.sequence],
    ["state", one.state],
    ["at", one.occurredAt],
    ["next post", one.nextPostAt],
    ...one.posts.map((post): [string, unknown] => ["post", postText(post)]),
    ...(one.payload === undefined ? [] : ([["payload", JSON.stringify(one.payload)]] as const)),
  ]);
}

function postText({ at, answer, status, reason }: EventAnswer["posts"][number]): string {
  const why = reason === null ? "" : ` (${reason})`;
  return `${at} ${answer}${status === null ? "" : ` ${status}`}${why}`;
}
