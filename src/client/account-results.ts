import type { AccountRefusals } from "./account-refusals.ts";
import type {
  AskedPasskey,
  AskedPasskeySignIn,
  Assurance,
  AuthenticatorSummary,
  BegunSession,
  ChallengeSummary,
  CheckedRecovery,
  EnrolledAuthenticator,
  NewlyTrustedDevice,
  OpenReset,
  Recovered,
  RedeemedSession,
  SentCode,
  SessionStatement,
  SessionSummary,
  StartedRecovery,
  StartedReset,
  Subscriber,
  SubscriberList,
  TrustedDevice,
} from "./account-types.ts";

export type CreateSubscriberResult =
  | { readonly outcome: "created"; readonly subscriber: Subscriber }
  | AccountRefusals<"createSubscriber">;
export type ListSubscribersResult =
  | { readonly outcome: "listed"; readonly list: SubscriberList }
  | AccountRefusals<"listSubscribers">;
export type UpdateSubscriberResult =
  | { readonly outcome: "updated"; readonly subscriber: Subscriber }
  | AccountRefusals<"updateSubscriber">;
export type ChangePasswordResult =
  | { readonly outcome: "changed"; readonly subscriber: Subscriber }
  | AccountRefusals<"changePassword">;
export type EnrolResult =
  | ({ readonly outcome: "enrolled" } & EnrolledAuthenticator)
  | AccountRefusals<"enrolAuthenticator">;
export type SendEnrolmentResult =
  | { readonly outcome: "sent"; readonly sent: SentCode }
  | AccountRefusals<"sendEnrolmentCode">;
export type ConfirmResult =
  | {
      readonly outcome: "confirmed";
      readonly authenticator: AuthenticatorSummary;
      readonly session: BegunSession | null;
      /** The device, where it was asked for and may be trusted. */
      readonly trustedDevice: NewlyTrustedDevice | null;
    }
  | AccountRefusals<"confirmAuthenticator">;
export type UpdateAuthenticatorResult =
  | { readonly outcome: "updated"; readonly authenticator: AuthenticatorSummary }
  | AccountRefusals<"updateAuthenticator">;
export type RemoveAuthenticatorResult =
  | { readonly outcome: "removed" }
  /** The last one that protects the account: it goes at `removesAt`, and works until then. */
  | { readonly outcome: "removing"; readonly authenticator: AuthenticatorSummary }
  | AccountRefusals<"removeAuthenticator">;
export type KeepAuthenticatorResult =
  | { readonly outcome: "kept"; readonly authenticator: AuthenticatorSummary }
  | AccountRefusals<"keepAuthenticator">;
export type StartRecoveryResult = { readonly outcome: "recoveryStarted" } & StartedRecovery;
export type SendRecoveryResult = { readonly outcome: "sent" } | AccountRefusals<"sendRecovery">;
export type CheckRecoveryResult =
  | ({ readonly outcome: "proven" } & CheckedRecovery)
  | AccountRefusals<"checkRecovery">;
export type CompleteRecoveryResult =
  | ({ readonly outcome: "recovered" } & Recovered)
  | AccountRefusals<"completeRecovery">;
export type StartResetResult =
  | ({ readonly outcome: "resetStarted" } & StartedReset)
  | AccountRefusals<"startReset">;
export type CheckResetResult =
  | ({ readonly outcome: "resetOpen" } & OpenReset)
  | AccountRefusals<"checkReset">;
export type CompleteResetResult =
  | { readonly outcome: "resetDone"; readonly subscriberId: string; readonly pending: BegunSession | null }
  | AccountRefusals<"completeReset">;
export type CheckNoticeResult =
  | {
      readonly outcome: "noticeOpen";
      readonly subscriberId: string;
      readonly madeAt: string | null;
      /** What its text told of, such as `passwordChanged`. */
      readonly kind: string | null;
    }
  | AccountRefusals<"checkNotice">;
export type DisputeResult =
  | { readonly outcome: "disputed"; readonly subscriberId: string }
  | AccountRefusals<"disputeNotice">;
export type StartChallengeResult =
  | {
      readonly outcome: "challengeStarted";
      readonly challenge: ChallengeSummary;
      readonly authenticators: readonly AuthenticatorSummary[];
      /** The code that `send` asked for; null where none was sent. */
      readonly sent: SentCode | null;
    }
  /** The password is enough on this device: there is no challenge. */
  | {
      readonly outcome: "deviceTrusted";
      readonly subscriberId: string;
      readonly trustedDevice: TrustedDevice;
    }
  | AccountRefusals<"startChallenge">;
export type SendChallengeResult =
  | { readonly outcome: "sent"; readonly sent: SentCode }
  | AccountRefusals<"sendChallenge">;
export type CheckChallengeResult =
  | {
      readonly outcome: "approved";
      readonly challenge: ChallengeSummary;
      readonly assurance: Assurance;
      /** With a session of ours: its new secret. */
      readonly session: BegunSession | null;
      /** The device, where it was asked for and may be trusted. */
      readonly trustedDevice: NewlyTrustedDevice | null;
      /** The approval as an ES256 token, where an audience was given; null in the answer of a repeat. */
      readonly statement: string | null;
    }
  | AccountRefusals<"checkChallenge">;
export type AskPasskeyResult =
  | ({ readonly outcome: "passkeyAsked" } & AskedPasskey)
  | AccountRefusals<"askPasskey">;
export type AskRecoveryPasskeyResult =
  | ({ readonly outcome: "passkeyAsked" } & AskedPasskey)
  | AccountRefusals<"askRecoveryPasskey">;
export type AskPasskeySignInResult = { readonly outcome: "passkeyAsked" } & AskedPasskeySignIn;
export type PasskeySignInResult =
  | { readonly outcome: "signedIn"; readonly session: BegunSession }
  | AccountRefusals<"signInWithPasskey">;
export type CancelChallengeResult =
  | { readonly outcome: "canceled"; readonly challenge: ChallengeSummary }
  | AccountRefusals<"cancelChallenge">;
export type SignInResult =
  | { readonly outcome: "signedIn"; readonly session: BegunSession }
  | AccountRefusals<"signIn">;
export type StateSessionResult =
  | ({ readonly outcome: "stated" } & SessionStatement)
  | AccountRefusals<"stateSession">;
export type RedeemSessionResult =
  | ({ readonly outcome: "redeemed" } & RedeemedSession)
  | AccountRefusals<"redeemSession">;
export type CheckSessionResult =
  | { readonly outcome: "active"; readonly session: SessionSummary }
  | AccountRefusals<"checkSession">;
