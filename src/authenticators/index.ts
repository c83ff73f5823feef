/** The cryptography of what people enrol: slow hashes, seeds, recovery codes. */
export { isCommonPassword } from "./common-passwords.ts";
export { HashingOverloaded } from "./errors.ts";
export { createHasher, type Hasher, type Verified } from "./hasher.ts";
export { readOtpauth } from "./otpauth.ts";
export { type PasswordHash, parsePasswordHash } from "./password-hash.ts";
export { qrSvg } from "./qr.ts";
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
