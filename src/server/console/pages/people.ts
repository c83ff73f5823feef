import { html } from "ghtml";
import type { LocksView } from "../../../engine/index.ts";
import type { Static } from "../../../schemas/index.ts";
import type { AuthenticatorBody, SessionBody, SubscriberBody } from "../../api/account-schemas.ts";
import type { TrustedDeviceBody } from "../../api/device-schemas.ts";
import type { Fields } from "../../pages/flow.ts";
import { type ConsolePage, facts, formField, instant, table, text, unread } from "../frame.ts";
import type { Inside, Led } from "../gate.ts";
import { noted } from "../state.ts";
import { ask, idIn, peoplePath as path, placed, read, refusal } from "./page.ts";
import { actsOn } from "./people-forms.ts";

type Person = Static<typeof SubscriberBody>;
type Authenticator = Static<typeof AuthenticatorBody>;
type Session = Static<typeof SessionBody>;
type TrustedDevice = Static<typeof TrustedDeviceBody>;

const pageSize = 50;

/** Subscribers, page by page, oldest first. */
export async function peoplePage(
  inside: Inside,
  query: Readonly<Record<string, string>>,
): Promise<ConsolePage> {
  const asked = new URLSearchParams({ limit: String(pageSize) });
  if (query["cursor"] !== undefined) asked.set("cursor", query["cursor"]);
  const answer = await ask(inside, "GET", `/subscribers?${asked}`);
  const { items, nextCursor } = answer.isDone ? answer.body : { items: [], nextCursor: null };
  const people: readonly Person[] = items;
  const locks = await Promise.all(people.map(({ id }) => locksOf(inside, id)));
  const content = html`<form class="inline" method="post" action="${path}">!${formField(inside.form)}
<div class="field"><label for="name">Name</label><input id="name" name="name" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="128"></div><button class="button plain">Find</button></form>
!${table(
    "People",
    ["Name", "State", "Authenticators", "Last used (UTC)", "Since (UTC)"],
    people.map((one, at) => [
      html`<a href="${path}/${one.id}">${one.name ?? unread}</a>`,
      stateOf(one, locks[at] ?? null),
      text([...new Set(one.authenticators.filter(isUsable).map(({ type }) => kinds[type]))].join(", ")),
      instant(lastUseOf(one)),
      instant(one.createdAt),
    ]),
    "Nobody is here.",
  )}
!${nextCursor === null ? "" : html`<p><a class="button plain" href="${path}?${new URLSearchParams({ cursor: nextCursor })}">Newer</a></p>`}`;
  const note = answer.isDone ? {} : { note: { isGood: false, text: refusal(answer) } };
  return placed(inside, path, { title: "People", content, ...note });
}

/** Somebody by their whole name, whatever its case. It comes as a form, so that it is in no address and no log. */
export async function searchPerson(inside: Inside, { name = "" }: Fields): Promise<Led> {
  const { state } = inside;
  if (name.trim() === "") return { state, to: path };
  const answer = await ask(inside, "GET", `/subscribers?${new URLSearchParams({ name: name.trim() })}`);
  if (!answer.isDone) return { state: noted(state, refusal(answer)), to: path };
  const [found]: readonly Person[] = answer.body.items;
  if (found !== undefined) return { state, to: `${path}/${found.id}` };
  return { state: noted(state, "Nobody has this name. It has to be the whole of it."), to: path };
}

/** Somebody with what they enrolled, where they are signed in, and what can be done for them; never a secret. */
export async function personPage(inside: Inside, given: unknown): Promise<ConsolePage> {
  const id = idIn(given);
  const [person, sessions, devices, locks]: [
    Person,
    { readonly items: readonly Session[] },
    { readonly items: readonly TrustedDevice[] },
    LocksView | null,
  ] = await Promise.all([
    read(inside, `/subscribers/${id}`),
    read(inside, `/subscribers/${id}/sessions`),
    read(inside, `/subscribers/${id}/trusted-devices`),
    locksOf(inside, id),
  ]);
  const content = html`!${factsOf(person, locks)}
<h2>Locks</h2>
!${locksFacts(locks)}
<h2>Authenticators</h2>
!${authenticatorsTable(person)}
<h2>Signed in</h2>
!${table(
    "Signed in",
    ["Browser", "Since (UTC)", "Seen (UTC)", "Ends (UTC)"],
    sessions.items.map((one) => [
      text(one.browser),
      instant(one.createdAt),
      instant(one.seenAt),
      instant(one.endsAt),
    ]),
    "Nowhere.",
  )}
<h2>Trusted devices</h2>
!${table(
    "Trusted devices",
    ["Name", "Since (UTC)", "Last used (UTC)", "Ends (UTC)"],
    devices.items.map((one) => [
      text(one.name),
      instant(one.trustedAt),
      instant(one.lastUsedAt),
      instant(one.endsAt),
    ]),
    "There are none.",
  )}
!${actsOn(inside, person)}
<p><a href="${path}">All people</a></p>`;
  return placed(inside, path, { title: person.name ?? unread, content });
}

async function locksOf({ accounts, tools }: Inside, subscriberId: string): Promise<LocksView | null> {
  return await accounts.locks({ tenantId: tools.calls.tenantId, subscriberId });
}

function factsOf(person: Person, locks: LocksView | null): string {
  const shown = facts([
    ["State", stateOf(person, locks)],
    ["Password", person.hasPassword ? "set" : "none here: the application checks it"],
    ["Second authenticator", person.mustHaveSecond ? "always asked for" : "asked for where there is one"],
    ["Language", text(person.locale ?? "of the service")],
    ["Since (UTC)", instant(person.createdAt)],
    ["Id", html`<code>${person.id}</code>`],
  ]);
  if (!person.isFrozen) return shown;
  return html`!${shown}<p class="quiet">They said that a change was not theirs: nothing is changed any more until a recovery or a way back in.</p>`;
}

function locksFacts(locks: LocksView | null): string {
  const all: readonly (readonly [string, number | null | undefined])[] = [
    ["Passwords, where they never signed in", locks?.passwordUntil],
    ["Passwords, where they did", locks?.knownDeviceUntil],
    ["All authenticators", locks?.authenticatorsUntil],
    ["Recovery", locks?.recoveryUntil],
  ];
  const locked = all.flatMap(([what, until]): readonly (readonly [string, string])[] =>
    typeof until === "number" ? [[what, html`until !${instant(until)} UTC`]] : [],
  );
  if (locked.length === 0) return html`<p class="quiet">Nothing is locked.</p>`;
  return html`!${facts(locked)}<p class="quiet">After too many wrong tries. A lock ends by itself; until then the right answer is refused as well.</p>`;
}

function authenticatorsTable({ authenticators }: Person): string {
  return table(
    "Authenticators",
    ["Kind", "Name", "Where", "State", "Since (UTC)", "Last used (UTC)"],
    authenticators.map((one) => [
      kinds[one.type],
      text(one.name),
      whereOf(one),
      standingOf(one),
      instant(one.createdAt),
      instant(one.lastUsedAt),
    ]),
    "Nothing is enrolled.",
  );
}

/** What each kind is called here. */
const kinds: Readonly<Record<Authenticator["type"], string>> = {
  phone: "phone",
  totp: "app",
  recoveryCodes: "recovery codes",
  passkey: "passkey",
  email: "e-mail address",
};

function whereOf(one: Authenticator): string {
  if (one.codesLeft !== null) return text(`${one.codesLeft} left`);
  const isAddress = one.type === "phone" || one.type === "email";
  return text(one.number ?? one.address ?? (isAddress ? unread : null));
}

function isUsable(one: Authenticator): boolean {
  return one.isConfirmed && !one.isDisabled;
}

function standingOf(one: Authenticator): string {
  if (!one.isConfirmed) return "not confirmed";
  if (one.isDisabled) return "disabled";
  if (one.removesAt !== null) return html`goes at !${instant(one.removesAt)}`;
  if (one.isStale) return "proved too long ago";
  return one.isPreferred ? "preferred" : "works";
}

function stateOf({ isFrozen }: Person, locks: LocksView | null): string {
  const until = locks === null ? [] : Object.values(locks).filter((one): one is number => one !== null);
  const locked = until.length === 0 ? "" : html`locked until !${instant(Math.max(...until))}`;
  const frozen = isFrozen ? "changes stopped" : "";
  return [locked, frozen].filter((one) => one !== "").join(", ") || "open";
}

function lastUseOf({ authenticators }: Person): string | null {
  return authenticators.map(({ lastUsedAt }) => lastUsedAt).reduce(later, null);
}

function later(one: string | null, other: string | null): string | null {
  return one === null || (other !== null && other > one) ? other : one;
}
