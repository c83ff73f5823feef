import { html } from "ghtml";
import { qrSvg } from "../../authenticators/index.ts";
import type { AuthenticatorView } from "../../engine/index.ts";
import { type ConsolePage, formField } from "./frame.ts";
import type { Here } from "./gate.ts";

/** User name and password. */
export function signInView({ form }: Here): ConsolePage {
  return {
    title: "Sign in",
    content: html`<form method="post" action="/console/sign-in">!${formField(form)}
<div class="field"><label for="name">User name</label><input id="name" name="name" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="128" required></div>
<div class="field"><label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password" required></div>
<button class="button wide">Sign in</button></form>`,
  };
}

/** What an invitation leads to. */
export function joinView({ form, state }: Here): ConsolePage {
  const given =
    state.invitation === null
      ? html`<div class="field"><label for="invitation">Invitation</label><input id="invitation" name="invitation" autocomplete="off" spellcheck="false" maxlength="128" required></div>`
      : "";
  return {
    title: "Become an administrator",
    content: html`<p class="lead">Choose how you sign in. An authenticator app or a passkey comes next; without it nothing opens.</p>
<form method="post" action="/console/join">!${formField(form)}!${given}
<div class="field"><label for="name">User name</label><input id="name" name="name" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="128" required></div>
<div class="field"><label for="password">Password, at least 8 characters</label><input id="password" name="password" type="password" autocomplete="new-password" required></div>
<div class="field"><label for="again">The password again</label><input id="again" name="again" type="password" autocomplete="new-password" required></div>
<button class="button wide">Go on</button></form>`,
  };
}

/** The first authenticator: which one, or the first code of an app. */
export async function enrolView({ form, state }: Here, hasPasskeys: boolean): Promise<ConsolePage> {
  const { app } = state;
  if (app === null) {
    return {
      title: "Protect your account",
      hasPasskeys,
      content: html`<p class="lead">The console opens with a second authenticator only.</p>
!${hasPasskeys ? passkeyForm(form, "/console/enrol/passkey", "create", "Make a passkey") : ""}
<form method="post" action="/console/enrol/app">!${formField(form)}<button class="button wide">Use an authenticator app</button></form>`,
    };
  }
  const picture = await qrSvg(app.uri);
  const seed = (app.seed.match(/.{1,4}/g) ?? []).join(" ");
  return {
    title: "Set up the app",
    content: html`<p class="lead">Scan this with your authenticator app, or type the key. Then enter the code that it shows.</p>
!${picture === null ? "" : html`<div class="qr" role="img" aria-label="QR code for the app">!${picture}</div>`}
<p><code class="secret">${seed}</code></p>
<form method="post" action="/console/enrol/code">!${formField(form)}!${codeField()}
<button class="button wide">Confirm</button></form>`,
  };
}

/** A challenge, at the sign-in or before something dangerous. */
export function challengeView(
  { form, state }: Here,
  authenticators: readonly AuthenticatorView[],
  hasPasskeys: boolean,
): ConsolePage {
  const has = (type: AuthenticatorView["type"]): boolean =>
    authenticators.some((one) => one.type === type && !one.isDisabled);
  const isSignIn = state.pending !== null;
  const base = isSignIn ? "/console/challenge" : "/console/confirm";
  const passkeys = hasPasskeys && has("passkey");
  return {
    title: "Confirm that it is you",
    hasPasskeys: passkeys,
    content: html`!${isSignIn ? "" : html`<p class="lead">This needs an authenticator that was shown within the last ten minutes.</p>`}
!${passkeys ? passkeyForm(form, `${base}/passkey`, "get", "Use a passkey") : ""}
!${has("totp") ? codeForm(form, base, "totp") : ""}
!${has("recoveryCodes") ? html`<details><summary>Use a recovery code</summary>!${codeForm(form, base, "recoveryCodes")}</details>` : ""}
<form class="end" method="post" action="/console/sign-out">!${formField(form)}<button class="button bare">Sign out</button></form>`,
  };
}

function codeForm(form: string, action: string, type: "totp" | "recoveryCodes"): string {
  const field =
    type === "totp"
      ? codeField()
      : html`<div class="field"><label for="recovery">Recovery code</label><input id="recovery" name="code" autocomplete="off" spellcheck="false" maxlength="64" required></div>`;
  return html`<form method="post" action="${action}">!${formField(form)}<input type="hidden" name="type" value="${type}">!${field}
<button class="button wide">Confirm</button></form>`;
}

function codeField(): string {
  return html`<div class="field"><label for="code">Code of the app</label><input id="code" class="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="16" required></div>`;
}

/** Recovery codes, this once. */
export function codesView({ form }: Here, codes: readonly string[]): ConsolePage {
  return {
    title: "Keep your recovery codes",
    content: html`<p class="lead">Each of them stands in for your authenticator once. They are not shown again.</p>
<ul class="codes">!${codes.map((one) => html`<li><code>${one}</code></li>`)}</ul>
<form method="post" action="/console/codes-kept">!${formField(form)}<button class="button wide">I have kept them</button></form>`,
  };
}

/** `passkey.js` asks the browser; without it the form leads to a page that says what is missing. */
function passkeyForm(form: string, action: string, kind: "create" | "get", label: string): string {
  return html`<form method="post" action="${action}" data-passkey="${kind}" data-canceled="Nothing was confirmed. Try again, or choose another way." data-failed="This passkey did not work. Try again, or choose another way." data-known="There is a passkey of this device already." data-needs="A passkey needs a browser that knows passkeys, at an address with https or on this machine.">
!${formField(form)}<input type="hidden" name="id"><input type="hidden" name="answer">
<p class="error" role="alert" hidden><span></span></p>
<button class="button wide">${label}</button>
</form>`;
}
