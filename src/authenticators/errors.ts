/** Passkeys are not set up here; the message says what to do. */
export class PasskeysUnavailable extends Error {
  readonly code = "passkeys_unavailable";
  override readonly name = "PasskeysUnavailable";
}

/** More people sign in than slow hashes can be made for: they are refused at the door, and may try again (P-4). */
export class HashingOverloaded extends Error {
  readonly code = "sign_in_congested";
  override readonly name = "HashingOverloaded";
}

/** The list of breached passwords is none; the message says what is wrong with it, and what to do. */
export class BreachedPasswordsUnusable extends Error {
  readonly code = "settings_invalid";
  override readonly name = "BreachedPasswordsUnusable";
}
