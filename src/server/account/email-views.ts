import { html } from "ghtml";
import { action, errorOf, wrongness } from "../pages/parts.ts";
import type { View } from "../pages/views.ts";
import { type AccountParts, formOf, titled } from "./views.ts";

/** Where an address is entered, for messages about the account. */
export function emailView(parts: AccountParts): View {
  const { words } = parts.language;
  // Not of the type `email`: browsers let no script put the cursor into one of those.
  const field = html`<div class="field"><label for="address">${words.email}</label>
<input id="address" name="address" type="text" inputmode="email" autocomplete="email" autocapitalize="none" spellcheck="false" maxlength="254" dir="ltr" required value="${parts.note?.typed?.["address"] ?? ""}"!${wrongness(parts, "address")}>
!${errorOf(parts, "address")}</div>`;
  const content = html`!${titled(parts, words.addEmail)}
<p class="lead">${words.emailLead}</p>
!${formOf(parts, "enrol/email", field, words.send)}
<div class="end">!${action(parts, "cancel", words.back, "bare")}</div>`;
  return { title: words.addEmail, content };
}
