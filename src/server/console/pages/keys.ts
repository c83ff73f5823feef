import { html } from "ghtml";
import { scopes } from "../../../tenants/index.ts";
import { iso } from "../../api/schemas.ts";
import type { Fields } from "../../pages/flow.ts";
import { button, type ConsolePage, formField, instant, table, text } from "../frame.ts";
import type { Inside, Led } from "../gate.ts";
import { noted } from "../state.ts";
import { afterCall, ask, idIn, onceIn, onceOf, placed, read, refusal } from "./page.ts";

const path = "/console/keys";
/** What most applications need. */
const usualScopes: readonly string[] = ["verifications:write", "verifications:read", "numbers:read"];

interface ListedKey {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly lastUsedAt: string | null;
}

/** All keys, and a form for another one. Secrets are not among it. */
export async function keysPage(
  inside: Inside,
  query: Readonly<Record<string, string>>,
): Promise<ConsolePage> {
  const asked = new URLSearchParams({ limit: "100" });
  if (query["cursor"] !== undefined) asked.set("cursor", query["cursor"]);
  const { items, nextCursor } = await read(inside, `/keys?${asked}`);
  const keys: readonly ListedKey[] = items;
  const { form, parts } = inside;
  const now = iso(parts.clock.now());
  const stateOf = (one: ListedKey): string => {
    if (one.revokedAt !== null) return "revoked";
    return one.expiresAt !== null && one.expiresAt <= now ? "expired" : "works";
  };
  const content = html`!${table(
    "API keys",
    ["Name", "State", "Scopes", "Made (UTC)", "Last used (UTC)", ""],
    keys.map((one) => [
      text(one.name),
      stateOf(one),
      html`<span class="wraps">${one.scopes.length === scopes.length ? "all" : one.scopes.join(", ")}</span>`,
      instant(one.createdAt),
      instant(one.lastUsedAt),
      stateOf(one) === "works" ? button(`${path}/${one.id}/revoke`, form, "Revoke") : "",
    ]),
    "There are no keys.",
  )}
!${nextCursor === null ? "" : html`<p><a class="button plain" href="${path}?${new URLSearchParams({ cursor: nextCursor })}">Older</a></p>`}
<h2>Another key</h2>
<form method="post" action="${path}">!${formField(form)}<input type="hidden" name="once" value="${onceOf(inside)}">
<div class="field"><label for="name">Name</label><input id="name" name="name" autocomplete="off" maxlength="60" required></div>
<fieldset><legend class="label">What it may do</legend><div class="choices">!${scopes.map(
    (one) =>
      html`<label><input type="checkbox" name="scope:${one}" value="on"!${usualScopes.includes(one) ? " checked" : ""}> ${one}</label>`,
  )}</div></fieldset>
<button class="button">Make the key</button></form>`;
  return placed(inside, path, { title: "API keys", content });
}

/** Shows the new key with this answer, and never again. */
export async function createKey(inside: Inside, fields: Fields): Promise<Led> {
  const { state } = inside;
  const name = (fields["name"] ?? "").trim();
  const wanted = scopes.filter((one) => fields[`scope:${one}`] === "on");
  const refuse = (words: string): Led => ({ state: noted(state, words), to: path });
  if (name === "") return refuse("Give the key a name.");
  if (wanted.length === 0) return refuse("Choose at least one thing that the key may do.");
  const once = onceIn(inside, fields);
  const answer = await ask(inside, "POST", "/keys", { body: { name, scopes: wanted }, once });
  if (!answer.isDone) return refuse(refusal(answer));
  const { body } = answer;
  if (body.key === undefined) return refuse("This key was made already, and is not shown again.");
  const secrets = [
    ["Key", body.key],
    ["Vonage: apiKey", body.vonage?.apiKey],
    ["Vonage: apiSecret", body.vonage?.apiSecret],
    ["Twilio: accountSid", body.twilio?.accountSid],
    ["Twilio: authToken", body.twilio?.authToken],
    ["Telnyx: apiKey", body.telnyx?.apiKey],
    ["Flowroute: accessKey", body.flowroute?.accessKey],
    ["Flowroute: secretKey", body.flowroute?.secretKey],
  ].filter(([, value]) => typeof value === "string");
  const content = html`<p class="lead">Keep it now: it is in this page and nowhere else.</p>
<dl>!${secrets.map(([label, value]) => html`<div><dt>${label}</dt><dd><code>${value}</code></dd></div>`)}</dl>
<p><a class="button" href="${path}">I have kept it</a></p>`;
  const page = placed(inside, path, { title: `The key ${body.name}`, content });
  return { state: { ...state, note: null }, page };
}

/** Ends a key at once. */
export async function revokeKey(inside: Inside, given: unknown): Promise<Led> {
  const answer = await ask(inside, "DELETE", `/keys/${idIn(given)}`);
  return afterCall(inside, answer, "The key is revoked.", path);
}
