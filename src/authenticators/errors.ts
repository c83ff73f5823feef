/** More people sign in than slow hashes can be made for: they are refused at the door, and may try again (P-4). */
export class HashingOverloaded extends Error {
  readonly code = "sign_in_congested";
  override readonly name = "HashingOverloaded";
}
