import { html } from "ghtml";
import { action, formSealField, say } from "../pages/parts.ts";
import { askAgain, type CodeFields, codeForm, type View } from "../pages/views.ts";
import type { AccountWordName } from "./languages/index.ts";
import { passkeyForm } from "./passkey-form.ts";
import { passwordLeast } from "./passwords.ts";
import { recoveryForm } from "./use-views.ts";
import { type AccountParts, asPageParts, base, formOf, nameField, passwordField, titled } from "./views.ts";
import type { Proving, Recovering } from "./visit.ts";

/** Who is it that cannot sign in. */
export function recoverNameView(parts: AccountParts): View {
  const { words } = parts.language;
  const content = html`!${titled(parts, words.recoverTitle)}
<p class="lead">${words.recoverLead}</p>
!${formOf(parts, "name", nameField(parts, false), words.goOn)}
<div class="end"><a class="button bare" href="${base}/sign-in">${words.signIn}</a></div>`;
  return { title: words.recoverTitle, content };
}

export interface RecoverParts extends AccountParts {
  readonly recovery: Recovering;
  readonly minutesLeft: number;
}

interface Way {
  readonly value: string;
  readonly proving: Proving;
  readonly label: AccountWordName;
}

const ways: readonly Way[] = [
  { value: "recoveryCode", proving: "recoveryCode", label: "recoveryCode" },
  { value: "totp", proving: "totp", label: "byApp" },
  { value: "sms", proving: "phone", label: "byText" },
  { value: "voice", proving: "phone", label: "byCall" },
  { value: "email", proving: "email", label: "byEmail" },
  { value: "password", proving: "password", label: "byPassword" },
];

/** What somebody has left: the same list for everybody, whatever they have (W-8). */
export function recoverChooseView(
  parts: RecoverParts & { readonly mayEmail: boolean; readonly mayPasskey: boolean },
): View {
  const { language, recovery } = parts;
  const { words } = language;
  const open = ways.filter(
    ({ proving }) => !recovery.proven.includes(proving) && (proving !== "email" || parts.mayEmail),
  );
  const shown = ways.filter(({ value, proving }) => recovery.proven.includes(proving) && value !== "voice");
  const content = html`!${titled(parts, words.recoverChoose)}
<p class="lead">${words.recoverChooseLead}</p>
<p class="quiet">${words.phoneOnce} ${words.passwordAfterDispute}</p>
!${shown.length === 0 ? "" : html`<ul class="rows">!${shown.map(({ label }) => html`<li><span class="what"><span aria-hidden="true">✓</span> ${words[label]}</span></li>`)}</ul>`}
<form method="post" action="${parts.base}/choose" class="stack">!${formSealField(parts)}
!${open.map(({ value, label }) => html`<button class="button plain wide" name="way" value="${value}"><span>${words[label]}</span></button>`)}
</form>
!${parts.mayPasskey ? passkeyForm({ ...parts, base }, { step: "recover/passkey", label: words.usePasskey }) : ""}
!${timeLeft(parts)}
<div class="end">!${action(parts, "cancel", words.cancel, "bare")}</div>`;
  return { title: words.recoverChoose, content };
}

function timeLeft({ language, minutesLeft }: RecoverParts): string {
  return html`<p class="quiet">!${say(language, "minutesLeft", { minutes: String(minutesLeft) })}</p>`;
}

/** One of them. */
export function recoverProveView(parts: RecoverParts & CodeFields & { readonly proving: Proving }): View {
  const { proving } = parts;
  const { words } = parts.language;
  const isSent = proving === "phone" || proving === "email";
  const pageParts = asPageParts(parts);
  const title = proving === "password" ? words.password : words.codeTitle;
  const lead = {
    phone: words.sentThere,
    email: words.sentThere,
    totp: words.appLead,
    recoveryCode: words.recoveryLead,
    // To everybody: what was said of which account is nobody's business (W-8).
    password: words.passwordAfterDispute,
  }[proving];
  const content = html`!${titled(parts, title)}
<p class="lead">${lead}</p>
!${proofForm(parts)}
!${isSent ? askAgain({ ...pageParts, waitSeconds: parts.waitSeconds, mayCall: parts.mayCall }) : ""}
!${timeLeft(parts)}
<div class="end">!${action(parts, "other", words.otherWay, "bare")}!${action(parts, "cancel", words.cancel, "bare")}</div>`;
  return { title, content };
}

function proofForm(parts: RecoverParts & CodeFields & { readonly proving: Proving }): string {
  const { words } = parts.language;
  switch (parts.proving) {
    case "recoveryCode":
      return recoveryForm(parts);
    case "password": {
      const field = passwordField(parts, { label: words.password, isNew: false, least: null });
      return formOf(parts, "code", field, words.confirm);
    }
    default:
      return codeForm({ ...asPageParts(parts), length: parts.length, isDecimal: parts.isDecimal });
  }
}

/** It was enough: a new password, or the one that was shown. */
export function recoverFinishView(parts: RecoverParts): View {
  const { words } = parts.language;
  const mayKeep = parts.recovery.proven.includes("password");
  const field = passwordField(parts, { label: words.newPassword, isNew: true, least: passwordLeast });
  const kept = mayKeep ? html`<p class="quiet">${words.keepPassword}</p>` : "";
  const content = html`!${titled(parts, words.resetTitle)}
<p class="lead">${words.recoverEnough}</p>
!${formOf(parts, "finish", field + kept, words.save)}
!${timeLeft(parts)}
<div class="end">!${action(parts, "cancel", words.cancel, "bare")}</div>`;
  return { title: words.resetTitle, content };
}
