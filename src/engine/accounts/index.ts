/** The verbs of enrolled people, and what they answer. */
export { type Accounts, type AccountVerbs, createAccounts } from "./accounts.ts";
export type { SendChallengeResult } from "./challenge-sends.ts";
export type { StartChallengeResult } from "./challenge-starts.ts";
export type {
  CancelChallengeResult,
  ChallengeShown,
  CheckChallengeResult,
} from "./challenges.ts";
export type { ConfirmResult } from "./confirmation.ts";
export type { EnrolEmailResult } from "./emails.ts";
export type { EnrolTotpResult } from "./enrol-app.ts";
export type {
  EnrolPhoneResult,
  MakeRecoveryCodesResult,
  SendEnrolmentResult,
} from "./enrolment.ts";
export type { UpdateSubscriberResult } from "./language.ts";
export type { FollowedLink } from "./links.ts";
export type { LocksView } from "./locks.ts";
export type { CheckNoticeResult, DisputeResult } from "./notices.ts";
export type { Once, Recalled } from "./once.ts";
export type { AskPasskeyResult } from "./passkey-challenges.ts";
export type { EnrolPasskeyResult } from "./passkey-enrolment.ts";
export type { PasskeySignInAsked, PasskeySignInResult } from "./passkeys.ts";
export type { ChangePasswordResult } from "./passwords.ts";
export type { UpdateAuthenticatorResult } from "./preference.ts";
export type {
  CheckRecoveryResult,
  RecoveryStarted,
  SendRecoveryResult,
} from "./recovery.ts";
export type { CompleteRecoveryResult } from "./recovery-completion.ts";
export type { AskRecoveryPasskeyResult } from "./recovery-passkeys.ts";
export type { KeepAuthenticatorResult, RemoveAuthenticatorResult } from "./removal.ts";
export type { CheckResetResult, CompleteResetResult, StartResetResult } from "./resets.ts";
export type { CodeText } from "./sending.ts";
export type { RedeemTicketResult } from "./session-tickets.ts";
export type { Begun, CheckSessionResult } from "./sessions.ts";
export type { SignInResult } from "./sign-in.ts";
export { type SignUpResult, signUpPurpose } from "./sign-up.ts";
export type { JwkSet, StateSessionResult } from "./statements.ts";
export type { BesideRemoval } from "./subscriber-removal.ts";
export type { CreateResult } from "./subscribers.ts";
export type { ForgetDevicesResult, NewlyTrusted } from "./trusted-devices.ts";
export type {
  AuthenticatorView,
  ChallengeView,
  SessionView,
  SubscriberView,
  TrustedDeviceView,
} from "./views.ts";
