import { html } from "ghtml";
import type {
  AuthenticatorView,
  SessionView,
  SubscriberView,
  TrustedDeviceView,
} from "../../engine/index.ts";
import { action, formSealField, say } from "../pages/parts.ts";
import type { View } from "../pages/views.ts";
import { type AccountLanguage, accountLanguages } from "./languages/index.ts";
import { timeIn } from "./time.ts";
import { type AccountParts, base, formOf, passwordField, titled } from "./views.ts";

export interface ManageParts extends AccountParts {
  readonly subscriber: SubscriberView;
  readonly sessions: readonly SessionView[];
  readonly trusted: readonly TrustedDeviceView[];
  /** The id of the session of this browser. */
  readonly current: string;
  /** Whether there is an application to go back to. */
  readonly back: boolean;
  /** In which language they are written to. */
  readonly locale: string;
  /** Whether e-mail can be sent from here. */
  readonly mayEmail: boolean;
}

/** What somebody has, and what they may change. */
export function manageView(parts: ManageParts): View {
  const { language, subscriber } = parts;
  const { words } = language;
  const enrolled = subscriber.authenticators.filter(({ isConfirmed }) => isConfirmed);
  const content = html`!${titled(parts, words.accountTitle)}
<p class="lead">!${say(language, "signedInAs", { name: subscriber.name ?? "–" })}</p>
!${subscriber.isFrozen ? frozenOf(parts) : ""}
!${parts.back ? action(parts, "leave", words.goOn, "wide") : ""}
<h2>${words.ways}</h2>
<ul class="rows">!${enrolled.map((one) => html`<li><span class="what">!${nameOf(language, one)}!${stateOf(language, one)}</span>!${one.removesAt === null ? "" : keep(parts, one.id)}!${mayRemove(enrolled, one) ? change(parts, "remove", words.remove, one.id) : ""}</li>`)}</ul>
<div class="stack">!${change(parts, "add", words.add)}!${parts.mayEmail ? change(parts, "email", words.addEmail) : ""}!${change(parts, "codes", words.newCodes)}!${subscriber.hasPassword ? change(parts, "password", words.changePassword) : ""}</div>
!${subscriber.isFrozen ? "" : languageOf(parts)}
!${sessionsOf(parts)}
!${trustedOf(parts)}
<div class="end">!${action(parts, "sign-out", words.signOut, "bare")}</div>`;
  return { title: words.accountTitle, content };
}

/** Nothing of it is changed: the way back is the way on. */
function frozenOf({ language: { words } }: AccountParts): string {
  return html`<div class="notice"><span>${words.frozen}</span></div>
<p><a class="button wide" href="${base}/recover">${words.recoverTitle}</a></p>`;
}

/** What there is to know of one that is not as the others are. HTML. */
function stateOf(language: AccountLanguage, { removesAt, isDisabled, isStale }: AuthenticatorView): string {
  const { words } = language;
  const states = [
    ...(removesAt === null ? [] : [say(language, "goesAt", { time: timeIn(language.tag, removesAt) })]),
    ...(isDisabled ? [html`${words.offNow}`] : []),
    ...(isStale ? [html`${words.stale}`] : []),
  ];
  return states.map((one) => html` <span class="quiet">!${one}</span>`).join("");
}

/** It stays after all. */
function keep(parts: AccountParts, id: string): string {
  return html`<form method="post" action="${parts.base}/keep">!${formSealField(parts)}<input type="hidden" name="id" value="${id}"><button class="button plain">${parts.language.words.keep}</button></form>`;
}

/** A button that leads to a change; a step-up may come before it. */
function change(parts: AccountParts, what: string, label: string, id = ""): string {
  return html`<form method="post" action="${parts.base}/change">!${formSealField(parts)}<input type="hidden" name="id" value="${id}"><button class="button plain" name="what" value="${what}">${label}</button></form>`;
}

/** What can be shown at a challenge; an address of e-mail cannot (A-16). */
const ways: readonly AuthenticatorView["type"][] = ["phone", "totp", "passkey"];

/** Codes are replaced, never left out; and what is left must let its owner in (A-14). */
export function mayRemove(all: readonly AuthenticatorView[], one: AuthenticatorView): boolean {
  const stays = ({ type, isDisabled, removesAt }: AuthenticatorView): boolean =>
    ways.includes(type) && !isDisabled && removesAt === null;
  const mayGo = one.type !== "recoveryCodes" && one.removesAt === null;
  if (one.type === "email") return mayGo;
  return mayGo && all.some((other) => other.id !== one.id && stays(other));
}

/** HTML. */
export function nameOf(language: AccountLanguage, one: AuthenticatorView): string {
  const { words } = language;
  switch (one.type) {
    case "phone":
      return html`${words.phone} <bdi class="number">${one.number ?? ""}</bdi>`;
    case "email":
      return html`${words.email} <bdi>${one.address ?? ""}</bdi>`;
    case "recoveryCodes":
      return html`${words.recoveryCodes} <span class="quiet">!${say(language, "codesLeft", { count: String(one.codesLeft ?? 0) })}</span>`;
    case "passkey":
      return html`${words.passkey} <bdi class="quiet">${one.name}</bdi>`;
    default:
      return html`<bdi>${one.name}</bdi>`;
  }
}

/** In which language they are written to: as it was chosen, else as the service does. */
function languageOf(parts: ManageParts): string {
  const { words } = parts.language;
  const chosen = nearestLanguage(parts.locale);
  const options = accountLanguages.map(({ tag }) => {
    const isChosen = tag === chosen ? " selected" : "";
    return html`<option value="${tag}" lang="${tag}"!${isChosen}>${nativeName(tag)}</option>`;
  });
  const field = html`<div class="field"><label for="locale">${words.messagesIn}</label>
<select id="locale" name="locale">!${options}</select></div>`;
  return html`<form method="post" action="${parts.base}/language">!${formSealField(parts)}
!${field}
<button class="button plain wide">${words.save}</button></form>`;
}

function nearestLanguage(locale: string): string {
  const { language } = new Intl.Locale(locale);
  return accountLanguages.find(({ tag }) => tag === language)?.tag ?? "en";
}

function nativeName(tag: string): string {
  return new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag;
}

function sessionsOf(parts: ManageParts): string {
  const { language, sessions, current } = parts;
  const { words } = language;
  const rows = sessions.map(({ id, createdAt, seenAt, browser }) => {
    const isThis = id === current;
    const at = (word: "since" | "lastSeen", time: number): string =>
      say(language, word, { time: timeIn(language.tag, time) });
    const facts = [
      ...(isThis && browser !== null ? [html`${words.thisBrowser}`] : []),
      at("since", createdAt),
      ...(isThis ? [] : [at("lastSeen", seenAt)]),
    ];
    const named = browser === null ? html`${isThis ? words.thisBrowser : ""}` : html`<bdi>${browser}</bdi>`;
    const end = html`<form method="post" action="${parts.base}/end-session">!${formSealField(parts)}<input type="hidden" name="id" value="${id}"><button class="button plain">${words.end}</button></form>`;
    return html`<li><span class="what">!${named}!${facts.map((one) => html`<span class="fact quiet">!${one}</span>`)}</span>!${isThis ? "" : end}</li>`;
  });
  const others = sessions.length > 1 ? action(parts, "end-others", words.endOthers, "plain") : "";
  return html`<h2>${words.sessions}</h2>
<ul class="rows">!${rows}</ul>
<div class="stack">!${others}</div>`;
}

function trustedOf(parts: ManageParts): string {
  const { language, trusted } = parts;
  const { words } = language;
  if (trusted.length === 0) return "";
  const rows = trusted.map(({ id, name, trustedAt }) => {
    const since = say(language, "since", { time: timeIn(language.tag, trustedAt) });
    const forget = html`<form method="post" action="${parts.base}/forget">!${formSealField(parts)}<input type="hidden" name="id" value="${id}"><button class="button plain">${words.forget}</button></form>`;
    return html`<li><span class="what"><bdi>${name}</bdi><span class="fact quiet">!${since}</span></span>!${forget}</li>`;
  });
  return html`<h2>${words.trusted}</h2>
<ul class="rows">!${rows}</ul>`;
}

export function passwordView(
  parts: AccountParts,
  { least, asksPresent }: { readonly least: number; readonly asksPresent: boolean },
): View {
  const { words } = parts.language;
  const present = asksPresent
    ? html`<div class="field"><label for="current">${words.currentPassword}</label>
<input id="current" name="current" type="password" autocomplete="current-password" maxlength="256" required></div>`
    : "";
  const field = present + passwordField(parts, { label: words.newPassword, isNew: true, least });
  const content = html`!${titled(parts, words.changePassword)}
<p class="lead">${words.passwordLead}</p>
!${formOf(parts, "change/password", field, words.save)}
<div class="end">!${action(parts, "cancel", words.back, "bare")}</div>`;
  return { title: words.changePassword, content };
}

/** Of whoever has nothing else to confirm with. */
export function presentView(parts: AccountParts): View {
  const { words } = parts.language;
  const field = passwordField(parts, { label: words.currentPassword, isNew: false, least: null });
  const content = html`!${titled(parts, words.chooseTitle)}
!${formOf(parts, "change/present", field, words.confirm)}
<div class="end">!${action(parts, "cancel", words.cancel, "bare")}</div>`;
  return { title: words.chooseTitle, content };
}

export function newCodesView(parts: AccountParts): View {
  const { words } = parts.language;
  const content = html`!${titled(parts, words.newCodes)}
<p class="lead">${words.newCodesLead}</p>
!${action(parts, "change/codes", words.newCodes, "wide")}
<div class="end">!${action(parts, "cancel", words.back, "bare")}</div>`;
  return { title: words.newCodes, content };
}

export function removeView(parts: AccountParts, one: AuthenticatorView): View {
  const { language } = parts;
  const { words } = language;
  const lead = one.type === "email" ? "removeAddressLead" : "removeLead";
  const named = say(language, lead, {}).replace("<bdi></bdi>", () => nameOf(language, one));
  const content = html`!${titled(parts, words.removeTitle)}
<p class="lead">!${named}</p>
!${action(parts, "change/remove", words.remove, "wide")}
<div class="end">!${action(parts, "cancel", words.back, "bare")}</div>`;
  return { title: words.removeTitle, content };
}
