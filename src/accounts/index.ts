/**
 * Enrolled people, what they enrolled, and what lets them in. Pure: codes and passwords come in as already compared,
 * time as an argument.
 */
export { type Address, type AddressAge, isStale, provenAddresses, provenAt } from "./addresses.ts";
export {
  type Assurance,
  assuranceOf,
  isFresh,
  lastAuthenticatedAt,
  type Proof,
  type ProofKind,
} from "./assurance.ts";
export { authenticationMethods } from "./authentication-methods.ts";
export {
  authenticatorWaits,
  type Failures,
  lockedUntil,
  noFailures,
  oneMore,
  passwordWaits,
  type Waits,
} from "./budget.ts";
export {
  type Challenge,
  type ChallengeDecision,
  type ChallengeOutcome,
  type ChallengeState,
  challengeLifetimeMs,
  challengeRefusal,
  decideChallenge,
  isStepUp,
  loginPurpose,
  managePurpose,
  meets,
  newChallenge,
  type RecoveryState,
  type SentCode,
  stepUpLifetimeMs,
} from "./challenge.ts";
export {
  type ConfirmDecision,
  decideConfirm,
  decideEnrol,
  decideKeep,
  decideRemove,
  type EnrolDecision,
  type EnrolRefusal,
  type Removal,
  type RemoveDecision,
} from "./enrolment.ts";
export {
  type DisputeDecision,
  decideDispute,
  isLinkOpen,
  type NoticeKind,
  type NoticeLink,
  noticeKinds,
  noticeLifetimeMs,
  noticeOfAdded,
  noticeOfRemoved,
  type Stopped,
  toldOf,
} from "./notice.ts";
export {
  credentialBytesMax,
  decidePasskeyUse,
  isAsked,
  type PasskeyRefusal,
  type PasskeyShown,
  type PasskeyUse,
  passkeyNamed,
  passkeyRequestLifetimeMs,
} from "./passkey.ts";

export { decidePasswordChange, type PasswordChangeRefusal } from "./password-change.ts";
export {
  canonicalPassword,
  type PasswordProblem,
  passwordBytesMax,
  passwordLengths,
  passwordProblem,
} from "./password-rules.ts";
export {
  askedFirst,
  choicesOf,
  decideLocale,
  decidePreference,
  inOrderOfPreference,
  meantOf,
  noticeLocale,
  type Preference,
  type PreferenceRefusal,
} from "./preference.ts";
export {
  type AccountEvent,
  accountEventOf,
  completed,
  decideRecoveryUse,
  doubtedMs,
  isEnough,
  isOvertaken,
  isRecoverable,
  isRecovering,
  mayProve,
  methodsOf,
  needsPassword,
  newRecovery,
  type RecoveryMethod,
  recovered,
  recoveryLifetimeMs,
  recoveryWrongMax,
  standing,
  withProof,
  withWrong,
} from "./recovery.ts";
export { withRecoveryUse } from "./recovery-budget.ts";
export { isAllowedOrigin, type RelyingParty } from "./relying-party.ts";
export { afterReset, isResetOpen, resetLifetimeMs, withReset } from "./reset.ts";
export {
  browserNameMax,
  ended,
  isEndedWithAll,
  newSession,
  opens,
  pendingLifetimeMs,
  type Session,
  seen,
  sessionLifetimeMs,
  steppedUp,
} from "./session.ts";
export { type AccountSettings, accountSettingsDefault } from "./settings.ts";
export {
  decidePassword,
  devicesMax,
  type KnownDevice,
  nameRow,
  type PasswordCheck,
  type PasswordOutcome,
  rememberDevice,
  type SubscriberName,
  unknownNameKeptMs,
} from "./sign-in.ts";
export {
  type Authenticator,
  authenticatorsMax,
  confirmed,
  type EmailAddressEnrolled,
  enrolmentLifetimeMs,
  hasSecond,
  isEnrolling,
  isKept,
  newSubscriber,
  onlyConfirmed,
  type PasskeyAuthenticator,
  type PasskeyCredential,
  type PasskeyRequest,
  type PhoneAuthenticator,
  type RecoveryCodes,
  type RecoveryUse,
  type Reset,
  type StoredRecoveryCode,
  type Subscriber,
  type TotpAlgorithm,
  type TotpAuthenticator,
  type TrustedDevice,
  voidPassword,
  withAuthenticator,
  wrongInRowMax,
  wrongLeft,
  wrongLeftWarned,
} from "./subscriber.ts";
export {
  maySetTrust,
  trustedDeviceMs,
  trustedDeviceProof,
  trustedDevices,
  usedDevice,
  withoutTrustedDevice,
  withTrustedDevice,
} from "./trusted-devices.ts";
export { decideUse, type Use, type UseDecision, type UseRefusal } from "./use.ts";
