import { html } from "ghtml";
import { action, errorOf, formSealField, noticeOf, type PieceParts, say, wrongness } from "../pages/parts.ts";
import type { View, ViewParts } from "../pages/views.ts";
import type { Note } from "../pages/visit.ts";
import type { AccountLanguage, AccountWordName } from "./languages/index.ts";
import type { AccountNote } from "./visit.ts";

export const base = "/account";

/** What every account view needs. */
export interface AccountParts extends PieceParts<AccountWordName> {
  readonly language: AccountLanguage;
  readonly note: AccountNote | null;
}

/** What went well. */
const good: readonly AccountWordName[] = [
  "sentAgain",
  "calling",
  "changed",
  "goesAt",
  "emailCodeLead",
  "provenOne",
  "sentThere",
  "recovered",
  "resetDone",
];

export function titled(parts: AccountParts, title: string): string {
  return html`<h1 tabindex="-1">${title}</h1>
!${noticeOf(parts, good)}`;
}

/** For the pieces of the verification page: they look a sentence up among ours, which include theirs. */
export function asPageParts({ language, form, note, base: path }: AccountParts): ViewParts {
  const words = note as { readonly words: Note["words"]; readonly field: Note["field"] } | null;
  const values = note?.values === undefined ? {} : { values: note.values };
  return {
    language,
    form,
    base: path,
    note: words === null ? null : { ...words, ...values, ...note?.typed },
  };
}

export function formOf(parts: AccountParts, path: string, fields: string, label: string, more = ""): string {
  return html`<form method="post" action="${parts.base}/${path}" novalidate data-busy="${parts.language.words.oneMoment}"!${more}>
!${formSealField(parts)}
!${fields}
<button class="button wide">${label}</button>
</form>`;
}

export function nameField(parts: AccountParts, isNew: boolean, hasPasskeys = false): string {
  const { words } = parts.language;
  const about = wrongness(parts, "name");
  return html`<div class="field"><label for="name">${words.name}</label>
<input id="name" name="name" type="text" autocomplete="${hasPasskeys ? "username webauthn" : "username"}" autocapitalize="none" spellcheck="false" maxlength="128" required!${isNew ? "" : " autofocus"} value="${parts.note?.typed?.["name"] ?? ""}"!${about}>
!${errorOf(parts, "name")}</div>`;
}

/** Shown on request, where there is JavaScript; as long as anybody's (P-1). */
export function passwordField(
  parts: AccountParts,
  { label, isNew, least }: { readonly label: string; readonly isNew: boolean; readonly least: number | null },
): string {
  const { language, note } = parts;
  const hint = least === null ? "" : say(language, "passwordHint", { least: String(least) });
  const isWrong = note?.field === "password";
  const described = [isWrong ? "password-error" : "", hint === "" ? "" : "password-hint"].filter(Boolean);
  const about = described.length === 0 ? "" : html` aria-describedby="${described.join(" ")}"`;
  return html`<div class="field"><label for="password">${label}</label>
<input id="password" name="password" type="password" autocomplete="${isNew ? "new-password" : "current-password"}" maxlength="256" required!${isWrong ? ' aria-invalid="true"' : ""}!${about}>
!${hint === "" ? "" : html`<p class="quiet hint" id="password-hint">!${hint}</p>`}
!${errorOf(parts, "password")}</div>`;
}

export function signInView(
  parts: AccountParts,
  {
    mayJoin,
    back,
    passkey,
  }: {
    readonly mayJoin: boolean;
    readonly back: boolean;
    /** The form that asks for one; null where none is offered. */
    readonly passkey: string | null;
  },
): View {
  const { words } = parts.language;
  const fields =
    nameField(parts, false, passkey !== null) +
    passwordField(parts, { label: words.password, isNew: false, least: null });
  const join = mayJoin ? html`<a class="button bare" href="${base}/sign-up">${words.createAccount}</a>` : "";
  const leave = back ? action(parts, "leave", words.cancel, "bare") : "";
  const content = html`!${titled(parts, words.signIn)}
!${formOf(parts, "sign-in", fields, words.signIn)}
!${passkey === null ? "" : html`<div class="actions">!${passkey}</div>`}
<div class="end">!${join}<a class="button bare" href="${base}/recover">${words.forgot}</a>!${leave}</div>`;
  return { title: words.signIn, content };
}

/** The last step of a sign-up: the number is proved. */
export function signUpNameView(parts: AccountParts, least: number, trustDays: number): View {
  const { words } = parts.language;
  const fields =
    nameField(parts, true) +
    passwordField(parts, { label: words.password, isNew: true, least }) +
    trustBox(parts, trustDays);
  const content = html`!${titled(parts, words.chooseName)}
!${formOf(parts, "sign-up/finish", fields, words.createAccount)}
<div class="end">!${action(parts, "cancel", words.cancel, "bare")}</div>`;
  return { title: words.chooseName, content };
}

/** No code is asked for on this browser from then on; a recovery code gives no such trust. Nothing for no days. */
export function trustBox({ language }: AccountParts, days: number): string {
  if (days === 0) return "";
  return html`<label class="check"><input type="checkbox" name="trust" value="yes"> <span>!${say(language, "trust", { days: String(days) })}</span></label>`;
}

/** Shown once, until somebody says that they are kept. */
export function codesView(parts: AccountParts, codes: readonly string[]): View {
  const { words } = parts.language;
  const content = html`!${titled(parts, words.codesTitle)}
<p class="lead">${words.codesLead}</p>
<ol class="codes" dir="ltr">!${codes.map((code) => html`<li><code>${code}</code></li>`)}</ol>
<p><a class="button plain wide" href="${base}/recovery-codes.txt" download>${words.saveCodes}</a></p>
!${action(parts, "codes-kept", words.codesKept, "wide")}`;
  return { title: words.codesTitle, content };
}
