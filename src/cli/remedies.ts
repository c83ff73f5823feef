import type { ErrorCode } from "../errors/codes.ts";

/** What a person at a terminal can do about a refusal. Without an entry the refusal says it all. */
export const remedies: Readonly<Partial<Record<ErrorCode, string>>> = {
  unauthorized:
    "Give a key with --key-file (or --key); `countersign keys create` on the server's machine makes one.",
  forbidden: "Use a key with the scope that is missing: `countersign keys list` shows what each key may do.",
  callback_refused: "Compare PUBLIC_URL and the carrier's signing key with what its console says.",
  verification_not_found:
    "Look for a typing mistake in the id; settled verifications are removed after 30 days.",
  verification_settled: "Start a new one with `countersign verify <number>`.",
  verification_expired: "Start a new one with `countersign verify <number>`.",
  verification_exhausted: "Wait a moment, then start a new one with `countersign verify <number>`.",
  code_expired: "Ask for a new code.",
  code_mismatch: "Look at the newest message and type its code again.",
  code_malformed: "Give the code as it stands in the message: six digits, unless the service says otherwise.",
  number_invalid: "Write it in international form, with + and the country's code: +14155550123.",
  number_not_allowed:
    "See `countersign numbers <number>` for what is known about it, and COUNTERSIGN_COUNTRIES.",
  address_required:
    "See `countersign subscribers show <person>`: an address that you know to be theirs can be named with --to.",
  authenticator_not_found: "See `countersign subscribers show <person>` for what they have.",
  service_not_found: "See `countersign services list`.",
  sign_in_refused:
    "Type both again: which of them is wrong, nobody is told. `countersign login --sign-up` makes an account.",
  sign_in_locked: "Wait until then.",
  sign_in_congested: "Try again in a moment.",
  name_taken: "Choose another name, or leave out --sign-up to sign in with it.",
  password_refused: "Choose a longer one that nobody else would: several words are good.",
  subscriber_locked: "Wait until then.",
  challenge_expired: "Sign in again.",
  challenge_settled: "Sign in again.",
  session_invalid: "Sign in again.",
  code_not_sent: "Ask for a new code, or sign in again.",
  code_used: "Wait for the next code of the app, or use another recovery code.",
  authenticator_disabled: "Use another authenticator, or have it enrolled anew.",
  delivery_congested: "Wait until then, or add a carrier.",
  recipient_locked: "Wait until then.",
  resend_too_soon: "Wait until then.",
  send_limit_reached: "Wait until then.",
  rate_limited: "Wait a little and try again.",
  resource_conflict: "Choose another name, or change the one that exists.",
  precondition_failed: "Read it again, and decide anew.",
  webhook_disabled: "Set its receiver right, then `countersign webhooks update <id> --enable`.",
  request_invalid: "See the command's --help for what may be given.",
  storage_unavailable: "Look at the disk of the data folder and at the server's log.",
  host_not_allowed: "Use localhost, or the address that PUBLIC_URL names.",
  starting: "Try again in a moment.",
  stopping: "Try again when the server runs again.",
  internal_error: "Look at the server's log for this request.",
};
