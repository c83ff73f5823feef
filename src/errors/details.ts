import type { ErrorCode } from "./codes.ts";

/**
 * What helps the client to correct the problem, where whoever refuses knows nothing that would help more (RFC 9457,
 * 3.1.4). True of every request that is answered with the code: what a code hides, as whether somebody exists, is hidden
 * here too.
 */
export const details: Readonly<Record<ErrorCode, string>> = {
  request_malformed:
    "The request is not valid HTTP: check the request line, the headers, and the length that the body is announced with.",
  unauthorized: "Send your API key as `Authorization: Bearer <key>`.",
  forbidden:
    "This API key is good, but not for this call: use one that may do this, as `countersign keys list` shows.",
  verification_required:
    "This session has not proved the number of late: lead the browser to the address in `page`, where there is one, and repeat the request afterwards.",
  challenge_required:
    "The password is right, and an authenticator is asked for: answer the challenge with `pending.bearer`.",
  enrolment_required:
    "The password is right, and the first authenticator is to be enrolled with `pending.bearer`.",
  step_up_required:
    "An authenticator has to be used first: send the id of a fresh challenge with the purpose `manage`, as `stepUp` or in the header `Countersign-Step-Up`.",
  cross_site_refused:
    "A page of another site asked, in a browser: open our page itself, or ask from a program, which sends no `Origin`.",
  callback_refused:
    "Only the carrier may call this address: compare PUBLIC_URL and the carrier's signing key with what its console says.",
  not_found:
    "Nothing that you may see is here: check the path, which /api/docs lists, and the id in it. What was removed or is another tenant's is not found either.",
  verification_not_found:
    "No verification has this id, or the call lacks the `binding` that it was started with. Calls without a body give it as `Countersign-Binding`.",
  subscriber_not_found:
    "Your tenant has no subscriber of this id or name: look with `GET /api/v1/subscribers?name=`, or create one with `POST /api/v1/subscribers`.",
  authenticator_not_found:
    "The subscriber has nothing that could be used so: `GET /api/v1/subscribers/{id}/authenticators` lists what there is, to be named as `authenticatorId`.",
  challenge_not_found:
    "No challenge has this id, or the call lacks the `binding` or `session` that it was started with. Calls without a body give them as `Countersign-Binding` and `Countersign-Session`.",
  method_not_allowed: "Use one of the methods that the header `Allow` lists.",
  request_timeout:
    "The request did not arrive completely, and nothing was done: send it again, with an `Idempotency-Key` where it could do something twice.",
  no_further_step:
    "The verification is on its last step: send again on this one with `POST /api/v1/verifications/{id}/resend`, or start with a longer `workflow`.",
  verification_pending:
    "A verification of this recipient is pending, started with another binding or with none: wait until it ends, or use a service whose `ifPending` is not `refuse`.",
  verification_settled:
    "The verification has its result already: read it with `GET /api/v1/verifications/{id}`, or start a new one with `POST /api/v1/verifications`.",
  cancel_refused:
    "When a verification can be canceled, `cancelFromSeconds` and `cancelUntilStep` of its service say: wait, or let it end by itself.",
  resource_conflict:
    "What exists already stands in the way: choose another name, or change or remove what exists.",
  name_taken:
    "A subscriber of your tenant has this name: ask for another, and do not say why on a page that anybody may open.",
  authenticators_full:
    "Authenticators that wait for their first code count too: remove one with `DELETE /api/v1/subscribers/{id}/authenticators/{authenticator}` first.",
  authenticator_disabled:
    "Too many wrong codes, or an objection to a change, disabled the authenticator: let them use another and enrol this one anew, or recover the account with `POST /api/v1/recoveries`.",
  not_enrolled:
    "Nothing that could be asked for is enrolled: enrol it with `POST /api/v1/subscribers/{id}/authenticators`.",
  challenge_settled:
    "The challenge was answered or canceled before: start another with `POST /api/v1/challenges`, or let them sign in again.",
  changes_frozen:
    "Somebody said that a change was not theirs: recover the account with `POST /api/v1/recoveries`, or reset it with `POST /api/v1/subscribers/{id}/reset`.",
  address_required:
    "The subscriber has no address to write to: name an e-mail address that you know to be theirs as `authenticatorId`, or let them recover with `POST /api/v1/recoveries`.",
  code_not_sent:
    "No code that works is on its way to this phone: send one with `POST /api/v1/challenges/{id}/send`, or `/send` of the enrolment.",
  webhook_disabled:
    "Nothing is posted to a webhook that is disabled: enable it first, with `PATCH /api/v1/webhooks/{id}` and `enabled: true`.",
  verification_expired:
    "The verification ended before the right code came: start a new one with `POST /api/v1/verifications`.",
  code_expired: "This code is too old: ask for a new one with `POST /api/v1/verifications/{id}/resend`.",
  notice_invalid:
    "This link of a notice is cut off, used, replaced or older than seven days: let them sign in and change the password, or recover the account with `POST /api/v1/recoveries`.",
  recovery_invalid:
    "The recovery is not known, is over, or was not shown enough within half an hour: start another with `POST /api/v1/recoveries`.",
  reset_invalid:
    "This link of a reset is cut off, used, taken back, replaced or older than an hour: ask for another, which `POST /api/v1/subscribers/{id}/reset` starts.",
  challenge_expired:
    "The challenge could be answered for ten minutes: start another with `POST /api/v1/challenges`, or let them sign in again.",
  precondition_failed:
    "Somebody else changed this since it was read, and nothing was changed now: read it again, and send the change with its new `revision`.",
  body_too_large: "A body may have 64 KiB, and no call needs as much: send only the fields of the call.",
  url_too_long: "A URL may have 8192 bytes: send values in the body.",
  media_type_unsupported: "Send JSON, with `Content-Type: application/json`. With curl: `--json '{...}'`.",
  host_not_allowed: "Use localhost, or set PUBLIC_URL to the address you came by.",
  request_invalid: "Compare what `field` names with the schema of the call in /api/docs.",
  number_invalid: "Write the number in international form, with + and the country's code: +14155550123.",
  number_not_allowed: "Nothing is sent to this number: `GET /api/v1/numbers/{number}` tells why.",
  service_not_found: "No service of your tenant has this id or name: `GET /api/v1/services` lists them.",
  code_malformed:
    "No code here has this length or these characters, and nothing was compared: send the code as a string, as it was typed.",
  code_mismatch:
    "The code is wrong: let them look at the newest message or at the app. What the start was given, such as `amount` and `payee`, must be repeated.",
  password_refused: "This password would be guessed: let them choose a longer one. Several words are good.",
  sign_in_refused:
    "Whether the name, the password or the passkey is wrong, nobody is told: let them try again, or recover the account with `POST /api/v1/recoveries`.",
  session_invalid: "The session is not known, has ended, or waits for its challenge: sign in again.",
  code_used: "A code is accepted once: wait for the app's next one, or use another of the recovery codes.",
  passkey_refused: "Ask the browser again, and send what `credential.toJSON()` gives, as it is.",
  idempotency_key_invalid: "Idempotency-Key must be 1 to 255 printable ASCII characters.",
  idempotency_key_reused:
    "This Idempotency-Key came with another body before. Use a new key for a new request.",
  ticket_invalid:
    "The ticket is unknown, was redeemed before, or is older than 60 seconds: let them go through the page again.",
  cursor_invalid:
    "Use `nextCursor` of a page of this list, with the same filter, or begin again without a cursor.",
  verification_exhausted:
    "Too many wrong codes ended the verification, and not even the right one is accepted now: start a new one with `POST /api/v1/verifications`.",
  recipient_locked: "Too many wrong codes came for this recipient: wait until `retryAt`.",
  sign_in_locked: "Too many wrong passwords came for this name: wait until `retryAt`.",
  subscriber_locked: "Too many wrong codes came for this subscriber: wait until `retryAt`.",
  resend_too_soon: "The last message to this recipient is too recent: wait until `retryAt`.",
  send_limit_reached:
    "This recipient or this verification got all messages that it may for now: wait until `retryAt`.",
  rate_limited:
    "Too many requests came: wait as long as `Retry-After` says, or some minutes, and spread them.",
  headers_too_large:
    "At most 16 KiB of headers are read: leave out what this API does not need, such as cookies.",
  internal_error:
    "This is a mistake of ours: try again, with an `Idempotency-Key`, and give `instance` to whoever runs the server, whose log says more.",
  passkeys_unavailable:
    "Passkeys belong to a domain: set PUBLIC_URL to the https address that browsers reach this installation by.",
  storage_unavailable:
    "The storage does not answer: try again after `Retry-After`. If it stays so, `countersign doctor` on the server's machine tells more.",
  delivery_congested: "More messages wait than the carriers can send in time: try again after `Retry-After`.",
  sign_in_congested:
    "Passwords are compared slowly on purpose, and more wait than can be served: try again after `Retry-After`.",
  starting:
    "The server opens its data: try again after `Retry-After`, or once `GET /health/ready` answers 200.",
  stopping: "The server takes no new work: try again after `Retry-After`, when the next process answers.",
};

/** The same with the calls that it names where they are, for who comes to us below a path. */
export function detailBelow(detail: string, basePath: string): string {
  return basePath === "" ? detail : detail.replaceAll(/(?<=[ `])\/(?=(?:api|health)\/)/g, `${basePath}/`);
}
