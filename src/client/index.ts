/** The HTTP API as functions: for Node and the browser, without dependencies. */
export type {
  CancelChallengeResult,
  ChangePasswordResult,
  CheckChallengeResult,
  CheckSessionResult,
  ConfirmResult,
  CreateSubscriberResult,
  EnrolResult,
  ListSubscribersResult,
  RedeemSessionResult,
  RemoveAuthenticatorResult,
  SendChallengeResult,
  SendEnrolmentResult,
  SignInResult,
  StartChallengeResult,
} from "./account-results.ts";
export type {
  AuthenticatorSummary,
  ChallengeShown,
  ChallengeSummary,
  SessionSummary,
} from "./account-types.ts";
export type { AccountCalls, SubscriberCalls } from "./accounts.ts";
export type * from "./administration-calls.ts";
export type { ChallengeCalls } from "./challenge-calls.ts";
export { type Client, createClient } from "./client.ts";
export { CountersignFault, type FaultCode } from "./fault.ts";
export type * from "./pages.ts";
export type {
  AccountPageResult,
  CancelResult,
  CheckResult,
  DescribeResult,
  EraseResult,
  ListResult,
  NextResult,
  OptInResult,
  PageResult,
  RedeemResult,
  ResendResult,
  SettleResult,
  StartResult,
  UnlockResult,
} from "./results.ts";
export type * from "./schemas.generated.ts";
export type { SessionCalls } from "./session-calls.ts";
export type { CallOptions, ClientOptions } from "./transport.ts";
export type * from "./verification.ts";
