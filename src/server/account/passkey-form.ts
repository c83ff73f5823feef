import { html } from "ghtml";
import { formSealField } from "../pages/parts.ts";
import type { PasskeyStep } from "./options.ts";
import type { AccountParts } from "./views.ts";

export interface PasskeyForm {
  readonly step: PasskeyStep;
  readonly label: string;
  /** What else it has to fill in. */
  readonly fields?: string;
  /** Whether the browser offers passkeys in the field of the name as well. */
  readonly isOfferedInField?: boolean;
}

/**
 * A button that asks for a passkey. `passkey.js` does so, and says what came of it in the form's own words; without it
 * the form leads to a page that says what is missing.
 */
export function passkeyForm(parts: AccountParts, form: PasskeyForm): string {
  const { words } = parts.language;
  const isNew = form.step === "enrol/passkey";
  const offered = form.isOfferedInField === true ? " data-offered" : "";
  return html`<form method="post" action="${parts.base}/${form.step}" data-passkey="${isNew ? "create" : "get"}"!${offered} data-canceled="${words.passkeyCanceled}" data-failed="${words.passkeyFailed}" data-known="${words.passkeyKnown}" data-needs="${words.passkeyNeeds}">
!${formSealField(parts)}<input type="hidden" name="id"><input type="hidden" name="answer">
!${form.fields ?? ""}
<p class="error" role="alert" hidden><span></span></p>
<button class="button plain wide">${form.label}</button>
</form>`;
}

/** In by nothing but a passkey: at the button, and in the field of the name. */
export function signInPasskeyForm(parts: AccountParts): string {
  const label = parts.language.words.signInPasskey;
  return passkeyForm(parts, { step: "sign-in/passkey", label, isOfferedInField: true });
}

/** What a new passkey is called: `usual` is what is known of the browser. */
export function passkeyNameField({ language }: AccountParts, usual: string): string {
  return html`<div class="field"><label for="label">${language.words.passkeyName}</label>
<input id="label" name="label" type="text" autocomplete="off" maxlength="60" value="${usual}"></div>`;
}
