/** A secret that is missing, too weak, or not the one this data was written with (K-5). */
export class SecretInvalid extends Error {
  readonly code = "secret_invalid";
  override readonly name = "SecretInvalid";
}

/** Sealed data that does not open: another row's, a changed bit, or a secret that is gone (K-3). */
export class SealBroken extends Error {
  readonly code = "seal_broken";
  override readonly name = "SealBroken";
}
