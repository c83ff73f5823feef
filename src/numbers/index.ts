/**
 * Phone numbers and e-mail addresses as values. Pure: no clock, no I/O, nothing but libphonenumber's metadata.
 *
 * `parsePhoneNumber` at the edge, once; `judgeNumber` before anything is sent; `maskPhoneNumber` for everything that
 * is printed. Requirements: N-1 to N-6 and N-8, F-1, F-2, F-11 (`docs/`).
 */
export { describeNumber, internationalForm, type NumberDescription, type NumberFormats } from "./describe.ts";
export { type EmailAddress, type EmailRefusal, type ParsedEmail, parseEmail } from "./email.ts";
export { maskAddress, maskEmail, maskPhoneNumber } from "./mask.ts";
export { metadataRelease } from "./metadata-release.ts";
export type { NumberType } from "./number-type.ts";
export { callingCodeOf } from "./numbering-plan.ts";
export {
  type E164,
  isE164,
  type NumberOverride,
  type NumberRefusal,
  type ParsedNumber,
  type ParseOptions,
  type PhoneNumber,
  parsePhoneNumber,
} from "./phone-number.ts";
export {
  type DeniableType,
  judgeNumber,
  type NumberDenial,
  type NumberJudgement,
  type NumberPolicy,
  neverCallingCodes,
  type PhoneChannel,
} from "./policy.ts";
export { regions } from "./regions.ts";
export { deniedRisks, type NumberRisk, numberRisks, type RiskLookup, type RiskQuestion } from "./risk.ts";
export { isSenderName, senderNameRule, senderNamesReadOn } from "./sender-names.ts";
