/** The cryptography of what people enrol: slow hashes, seeds, recovery codes. */
export { type IsBreached, openBreachedPasswords } from "./breached-passwords.ts";
export { isCommonPassword } from "./common-passwords.ts";
export { BreachedPasswordsUnusable, HashingOverloaded, PasskeysUnavailable } from "./errors.ts";
export { createHasher, type HashCost, type Hasher, missingSecretOf, type Verified } from "./hasher.ts";
export { readOtpauth } from "./otpauth.ts";
export { passkeysRemedy, requirePasskeys } from "./passkeys/library.ts";
export {
  type CreationOptions,
  creationOptions,
  type PasskeyAnswer,
  type RequestOptions,
  requestOptions,
} from "./passkeys/options.ts";
export { verifyAssertion, verifyAttestation } from "./passkeys/verify.ts";
export { type PasswordHash, parsePasswordHash } from "./password-hash.ts";
export { qrQuiet, qrRows, qrSvg } from "./qr.ts";
export {
  newRecoveryCode,
  parseRecoveryCode,
  recoveryCodesCount,
  recoveryLookUp,
} from "./recovery-codes.ts";
export {
  fromBase32,
  matchingStep,
  newSeed,
  stepAt,
  type TotpSettings,
  toBase32,
  totpCode,
  totpDefaults,
  totpUri,
} from "./totp.ts";
