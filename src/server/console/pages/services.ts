import { html } from "ghtml";
import { button, type ConsolePage, instant, table, text } from "../frame.ts";
import type { Inside, Led } from "../gate.ts";
import { afterCall, ask, idIn, placed, read } from "./page.ts";

interface Service {
  readonly id: string;
  readonly name: string;
  readonly brand: string | null;
  readonly locale: string;
  readonly createdAt: string;
}

/** The services, to be looked at. */
export async function servicesPage(inside: Inside): Promise<ConsolePage> {
  const { items } = await read(inside, "/services?limit=100");
  const services: readonly Service[] = items;
  const content = html`!${table(
    "Services",
    ["Name", "Brand", "Locale", "Made (UTC)", "Id"],
    services.map((one) => [
      text(one.name),
      text(one.brand),
      text(one.locale),
      instant(one.createdAt),
      html`<code>${one.id}</code>`,
    ]),
    "There are no services.",
  )}
<p class="quiet">Settings are changed with <code>countersign services update</code> or over the API.</p>`;
  return placed(inside, "/console/services", { title: "Services", content });
}

const webhooksPath = "/console/webhooks";

interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly enabled: boolean;
  readonly disabledReason: string | null;
  readonly failingSince: string | null;
}

interface PostedEvent {
  readonly id: string;
  readonly type: string;
  readonly occurredAt: string;
  readonly posts: readonly { readonly status: number | null; readonly reason: string | null }[];
}

/** Where events are posted, and those that no receiver took. */
export async function webhooksPage(inside: Inside): Promise<ConsolePage> {
  const { items } = await read(inside, "/webhooks?limit=100");
  const webhooks: readonly Webhook[] = items;
  const failing = await Promise.all(webhooks.map((one) => failedOf(inside, one)));
  const content = html`!${table(
    "Webhooks",
    ["Address", "State", "Failing since (UTC)"],
    webhooks.map((one) => [
      html`<span class="wraps">${originOf(one.url)}</span>`,
      one.enabled ? "on" : text(`off: ${one.disabledReason ?? "by hand"}`),
      instant(one.failingSince),
    ]),
    "There are no webhooks.",
  )}
<h2>Events that failed</h2>
!${table(
    "Events that failed",
    ["Address", "Event", "Happened (UTC)", "Last answer", ""],
    failing.flat(),
    "None failed.",
  )}`;
  return placed(inside, webhooksPath, { title: "Webhooks", content });
}

/** Without its path, which may hold a secret of the receiver's. */
function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : "–";
}

async function failedOf(inside: Inside, { id, url }: Webhook): Promise<readonly (readonly string[])[]> {
  const { items } = await read(inside, `/webhooks/${id}/events?state=failed&limit=20`);
  const events: readonly PostedEvent[] = items;
  return events.map((one) => {
    const last = one.posts.at(-1);
    return [
      text(originOf(url)),
      text(one.type),
      instant(one.occurredAt),
      text(last?.status ?? last?.reason),
      button(`${webhooksPath}/${id}/events/${one.id}/replay`, inside.form, "Post again"),
    ];
  });
}

/** Posts an event again. */
export async function replayEvent(inside: Inside, webhook: unknown, event: unknown): Promise<Led> {
  const answer = await ask(inside, "POST", `/webhooks/${idIn(webhook)}/events/${idIn(event)}/replay`);
  return afterCall(inside, answer, "The event is posted again.", webhooksPath);
}
