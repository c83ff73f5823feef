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
