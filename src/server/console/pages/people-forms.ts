import { html } from "ghtml";
import type { Static } from "../../../schemas/index.ts";
import type { SubscriberBody } from "../../api/account-schemas.ts";
import { formField, unread } from "../frame.ts";
import type { Inside } from "../gate.ts";
import { onceOf, peoplePath } from "./page.ts";

type Person = Static<typeof SubscriberBody>;

/** What an administrator can do for somebody: each says what will happen before the button that does it is seen. */
export function actsOn(inside: Inside, person: Person): string {
  const { id } = person;
  const name = person.name ?? unread;
  const form = formField(inside.form);
  return html`<h2>Help them</h2>
<div class="acts"><details><summary>Open a way back in</summary>!${resetForm(inside, person)}</details>
<details><summary>Sign out everywhere</summary>
<form method="post" action="${peoplePath}/${id}/sign-out">!${form}
<p>All sessions of ${name} end now, no device is trusted any more, and what they began to enrol and did not confirm is gone.</p>
<button class="button">Sign out ${name} everywhere</button></form></details>
<details><summary>Remove</summary>
<form method="post" action="${peoplePath}/${id}/remove">!${form}
<p>Name, password, authenticators and sessions of ${name} go now. It cannot be taken back.</p>
<div class="choices long"><label><input type="checkbox" name="erase" value="on"> Erase what was sent to their proved numbers and addresses as well, for everybody who shares these</label>
<label><input type="checkbox" name="sure" value="on" required> I know that it cannot be taken back</label></div>
<button class="button">Remove ${name}</button></form></details></div>`;
}

/** Where a link may go to; the engine knows which of them were proved lately, and by more than a password. */
function resetForm(inside: Inside, { id, name, authenticators }: Person): string {
  const addresses = authenticators.filter(
    (one) => (one.type === "phone" || one.type === "email") && one.isConfirmed && !one.isDisabled,
  );
  if (addresses.length === 0) {
    return html`<p>There is no number and no address that they proved, so no link can be sent. They need a new account, made by whoever proved who they are: remove this one first.</p>`;
  }
  const options = addresses.map(
    (one) =>
      html`<option value="${one.id}">${one.number ?? one.address ?? unread}${one.isStale ? ", proved too long ago" : ""}</option>`,
  );
  return html`<form method="post" action="${peoplePath}/${id}/reset">!${formField(inside.form)}<input type="hidden" name="once" value="${onceOf(inside)}">
<p>Make sure first, from elsewhere than the call or message itself, that it is ${name ?? unread} who asks. A link goes to an address of theirs, works once within an hour, and is shown to nobody else. Whoever follows it chooses a new password and enrols anew; all authenticators of now but e-mail addresses go then. All their other addresses are told now.</p>
<div class="field"><label for="authenticator">Send it to</label><select id="authenticator" name="authenticator"><option value="">their e-mail address, else a phone</option>!${options}</select></div>
<button class="button">Send the link</button></form>`;
}
