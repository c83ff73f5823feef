/** The imperative shell: applies decisions, works on the outbox, runs the jobs. It owns no rules. */

export {
  type Accounts,
  type AccountVerbs,
  type AskPasskeyResult,
  type AskRecoveryPasskeyResult,
  type AuthenticatorView,
  type Begun,
  type BesideRemoval,
  type CancelChallengeResult,
  type ChallengeShown,
  type ChallengeView,
  type ChangePasswordResult,
  type CheckChallengeResult,
  type CheckNoticeResult,
  type CheckRecoveryResult,
  type CheckResetResult,
  type CheckSessionResult,
  type CodeText,
  type CompleteRecoveryResult,
  type CompleteResetResult,
  type ConfirmResult,
  type CreateResult,
  createAccounts,
  type DisputeResult,
  type EnrolEmailResult,
  type EnrolPasskeyResult,
  type EnrolPhoneResult,
  type EnrolTotpResult,
  type FollowedLink,
  type ForgetDevicesResult,
  type JwkSet,
  type KeepAuthenticatorResult,
  type LocksView,
  type MakeRecoveryCodesResult,
  type NewlyTrusted,
  type PasskeySignInAsked,
  type PasskeySignInResult,
  type Recalled,
  type RecoveryStarted,
  type RedeemTicketResult,
  type RemoveAuthenticatorResult,
  type SendChallengeResult,
  type SendEnrolmentResult,
  type SendRecoveryResult,
  type SessionView,
  type SignInResult,
  type SignUpResult,
  type StartChallengeResult,
  type StartResetResult,
  type StateSessionResult,
  type SubscriberView,
  signUpPurpose,
  type TrustedDeviceView,
  type UpdateAuthenticatorResult,
  type UpdateSubscriberResult,
} from "./accounts/index.ts";
export { authenticatorBindingPrefix, isOfAuthenticator, sharedBindingPrefix } from "./binding.ts";
export type { DeliveryListRequest, DeliveryView } from "./deliveries.ts";
export { createEngine, type Engine } from "./engine.ts";
export type { CarrierState, CarrierView } from "./explain.ts";
export type { GuardCaller } from "./guard-desk.ts";
export type { MessageRequest } from "./message-fields.ts";
export type { MessageResult, MessageView } from "./messages.ts";
export type { EngineParts, Log, Meter } from "./parts.ts";
export {
  type DetailedView,
  type ListPage,
  type ListRequest,
  lookAt,
  type PendingRequest,
} from "./read.ts";
export type { Receipt } from "./receipts.ts";
export type { VerificationResult } from "./result.ts";
export { completeRing, readLastingKeys } from "./rotation/lasting-keys.ts";
export { isReplaced, lastRotation, tellReplaced, usedSecrets } from "./rotation/replaced.ts";
export { newRotation, type RotationRequest } from "./rotation/rotation.ts";
export {
  countSeals,
  pepperName,
  type SealCount,
  type SecretState,
  type SecretsStatus,
  secretsStatus,
} from "./rotation/status.ts";
export type { StartResult } from "./start.ts";
export type { StartRefusal, StartRequest } from "./start-plan.ts";
export { type Count, createTally, type Tally } from "./tally.ts";
export { textSettingsProblem } from "./text-settings.ts";
export type { RedeemResult } from "./tickets.ts";
export type { Idempotency } from "./transaction.ts";
export type { CheckRequest, SettleRequest, VerbRequest } from "./verbs.ts";
export type { VerificationView } from "./view.ts";
