import { html } from "ghtml";
import type { AuthenticatorView } from "../../engine/index.ts";
import { action, errorOf, formSealField, say, wrongness } from "../pages/parts.ts";
import { askAgain, type CodeFields, codeForm, numberFields, type View } from "../pages/views.ts";
import { passkeyForm, passkeyNameField } from "./passkey-form.ts";
import { type AccountParts, asPageParts, formOf, titled, trustBox } from "./views.ts";
import type { Chosen, Enrolment } from "./visit.ts";

/** Which authenticator is to be used: each way a button. */
export function chooseView(
  parts: AccountParts,
  authenticators: readonly AuthenticatorView[],
  isStepUp: boolean,
): View {
  const { words } = parts.language;
  const ways = authenticators.flatMap((one) => waysOf(parts, one));
  const hasPasskey = authenticators.some(({ type }) => type === "passkey");
  const passkey = hasPasskey ? passkeyForm(parts, { step: "passkey", label: words.usePasskey }) : "";
  const content = html`!${titled(parts, words.chooseTitle)}
<p class="lead">${isStepUp ? words.stepUpLead : words.chooseLead}</p>
!${passkey}
<form method="post" action="${parts.base}/choose" class="stack">!${formSealField(parts)}
!${ways.map(({ value, label }) => html`<button class="button plain wide" name="way" value="${value}">!${label}</button>`)}
</form>
<div class="end">!${action(parts, "cancel", words.cancel, "bare")}</div>`;
  return { title: words.chooseTitle, content };
}

function waysOf(
  { language }: AccountParts,
  { id, type, name, number }: AuthenticatorView,
): readonly { readonly value: string; readonly label: string }[] {
  const label = (words: "textTo" | "callTo" | "useApp" | "useRecovery"): string =>
    html`<span>!${say(language, words, { number: number ?? "", name })}</span>`;
  switch (type) {
    case "phone":
      return [
        { value: `${id}:sms`, label: label("textTo") },
        { value: `${id}:voice`, label: label("callTo") },
      ];
    case "totp":
      return [{ value: `${id}:code`, label: label("useApp") }];
    case "recoveryCodes":
      return [{ value: `${id}:code`, label: label("useRecovery") }];
    default:
      return [];
  }
}

export interface UseParts extends AccountParts, CodeFields {
  readonly chosen: Chosen;
  /** Of a phone, masked. */
  readonly number: string;
  /** Whether there is anything else to choose. */
  readonly hasOthers: boolean;
  /** For how many days this browser may be trusted; 0 for not at all. */
  readonly trustDays: number;
}

/** The code of the authenticator that was chosen. */
export function useView(parts: UseParts): View {
  const { language, chosen, number } = parts;
  const { words } = language;
  const { type, sent } = chosen;
  const lead = {
    phone: say(language, sent?.channel === "voice" ? "callLead" : "codeLead", { number }),
    totp: html`${words.appLead}`,
    recoveryCodes: html`${words.recoveryLead}`,
  }[type];
  const pageParts = asPageParts(parts);
  const form =
    type === "recoveryCodes"
      ? recoveryForm(parts)
      : codeForm(
          { ...pageParts, length: parts.length, isDecimal: parts.isDecimal },
          trustBox(parts, parts.trustDays),
        );
  const content = html`!${titled(parts, words.codeTitle)}
<p class="lead">!${lead}</p>
!${form}
!${type === "phone" ? askAgain({ ...pageParts, waitSeconds: parts.waitSeconds, mayCall: parts.mayCall }) : ""}
<div class="end">!${parts.hasOthers ? action(parts, "other", words.otherWay, "bare") : ""}!${action(parts, "cancel", words.cancel, "bare")}</div>`;
  return { title: words.codeTitle, content };
}

export function recoveryForm(parts: AccountParts): string {
  const { words } = parts.language;
  const field = html`<div class="field"><label for="code">${words.recoveryCode}</label>
<input id="code" name="code" type="text" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="40" dir="ltr" required autofocus value="${parts.note?.typed?.["code"] ?? ""}"!${wrongness(parts, "code")}>
!${errorOf(parts, "code")}</div>`;
  return formOf(parts, "code", field, words.confirm);
}

export interface EnrolParts extends AccountParts {
  readonly country: string;
  /** Whether somebody is signed in already and adds one more. */
  readonly isMore: boolean;
  /** What a passkey of this browser is called unless its owner says otherwise; null where it can have none. */
  readonly passkeyName: string | null;
  /** Whether they may have what they signed in with still: they came back by a recovery. */
  readonly hasWays: boolean;
  /** For how many days this browser may be trusted; 0 for not at all. */
  readonly trustDays: number;
}

/** What a new authenticator is to be. */
export function enrolView(parts: EnrolParts): View {
  const { words } = parts.language;
  const title = parts.isMore ? words.addTitle : words.enrolTitle;
  const number = numberFields({ ...asPageParts(parts), country: parts.country });
  const content = html`!${titled(parts, title)}
!${parts.isMore ? "" : html`<p class="lead">${words.enrolLead}</p>`}
!${formOf(parts, "enrol/phone", number, words.send)}
<div class="actions"><p class="quiet">${words.orApp}</p>!${action(parts, "enrol/app", words.setUpApp, "plain")}</div>
!${parts.passkeyName === null ? "" : newPasskey(parts, parts.passkeyName)}
<div class="end">!${action(parts, "cancel", parts.hasWays ? words.haveWays : words.cancel, "bare")}</div>`;
  return { title, content };
}

function newPasskey(parts: EnrolParts, usual: string): string {
  const { words } = parts.language;
  const fields = html`<p class="quiet">${words.orPasskey}</p>
!${passkeyNameField(parts, usual)}
!${trustBox(parts, parts.trustDays)}`;
  const form = passkeyForm(parts, { step: "enrol/passkey", label: words.addPasskey, fields });
  return html`<div class="actions">!${form}</div>`;
}

export interface EnrolCodeParts extends AccountParts, CodeFields {
  readonly enrolment: Enrolment;
  /** An SVG of the address that sets up an app; null where none is made. */
  readonly picture: string | null;
  /** For how many days this browser may be trusted; 0 for not at all. */
  readonly trustDays: number;
}

/** The first code of a new authenticator. */
export function enrolCodeView(parts: EnrolCodeParts): View {
  const { words } = parts.language;
  const { enrolment, picture } = parts;
  const pageParts = asPageParts({ ...parts, base: `${parts.base}/enrol` });
  const form = codeForm(
    { ...pageParts, length: parts.length, isDecimal: parts.isDecimal },
    trustBox(parts, parts.trustDays),
  );
  const end = html`<div class="end">!${action(parts, "enrol/other", words.otherWay, "bare")}!${action(parts, "cancel", words.cancel, "bare")}</div>`;
  if (enrolment.app !== null) {
    const { seed, uri } = enrolment.app;
    const content = html`!${titled(parts, words.setUpApp)}
<p class="lead">${words.appStep}</p>
!${picture === null ? "" : html`<div class="qr" role="img" aria-label="${words.setUpApp}">!${picture}</div>`}
<p><a class="button plain wide" href="${uri}">${words.openApp}</a></p>
<p class="quiet">${words.appKey} <code class="key" dir="ltr">${grouped(seed)}</code></p>
!${form}
!${end}`;
    return { title: words.setUpApp, content };
  }
  const { address, number } = enrolment;
  const sent = enrolment.sent?.channel === "voice" ? "callLead" : "codeLead";
  const lead =
    address === undefined
      ? say(parts.language, sent, { number: number ?? "" })
      : say(parts.language, "emailCodeLead", { address });
  const content = html`!${titled(parts, words.codeTitle)}
<p class="lead">!${lead}</p>
!${form}
!${askAgain({ ...pageParts, waitSeconds: parts.waitSeconds, mayCall: parts.mayCall })}
!${end}`;
  return { title: words.codeTitle, content };
}

/** In groups of four, as people read it out. */
function grouped(seed: string): string {
  return seed.replaceAll(/(.{4})(?=.)/g, "$1 ");
}
