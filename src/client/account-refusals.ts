import type { ErrorCode } from "../errors/codes.ts";
import type { AuthenticatorSummary, BegunSession } from "./account-types.ts";

/** What each refusal of accounts is called, as in the library, and what it says beside `detail`. */
interface AccountRefusalFields {
  readonly name_taken: { readonly outcome: "nameTaken" };
  readonly password_refused: {
    readonly outcome: "passwordRefused";
    readonly reason: string;
    /** How many characters are needed, where it is too short. */
    readonly least?: number;
  };
  readonly subscriber_not_found: { readonly outcome: "subscriberNotFound" };
  readonly authenticator_not_found: { readonly outcome: "authenticatorNotFound" };
  readonly authenticators_full: { readonly outcome: "authenticatorsFull"; readonly most: number };
  readonly authenticator_disabled: { readonly outcome: "authenticatorDisabled" };
  readonly changes_frozen: { readonly outcome: "changesFrozen" };
  readonly address_required: { readonly outcome: "addressRequired" };
  readonly notice_invalid: { readonly outcome: "noticeInvalid" };
  readonly recovery_invalid: { readonly outcome: "recoveryInvalid" };
  readonly reset_invalid: { readonly outcome: "resetInvalid" };
  readonly step_up_required: { readonly outcome: "stepUpRequired" };
  readonly not_enrolled: { readonly outcome: "notEnrolled" };
  readonly challenge_not_found: { readonly outcome: "challengeNotFound" };
  readonly challenge_expired: { readonly outcome: "challengeExpired" };
  readonly challenge_settled: {
    readonly outcome: "challengeSettled";
    readonly challengeStatus: "approved" | "canceled";
  };
  readonly code_used: { readonly outcome: "codeUsed" };
  readonly code_not_sent: { readonly outcome: "codeNotSent" };
  /** In a recovery, how many it still allows; elsewhere, how many more disable the authenticator, once few do. */
  readonly code_mismatch: { readonly outcome: "codeMismatch"; readonly checksLeft?: number };
  readonly code_malformed: { readonly outcome: "codeMalformed" };
  readonly subscriber_locked: { readonly outcome: "subscriberLocked"; readonly retryAt: string };
  readonly recipient_locked: { readonly outcome: "recipientLocked"; readonly retryAt: string };
  readonly passkey_refused: { readonly outcome: "passkeyRefused"; readonly reason: string };
  readonly session_invalid: { readonly outcome: "sessionInvalid" };
  readonly sign_in_refused: { readonly outcome: "signInRefused" };
  readonly sign_in_locked: { readonly outcome: "signInLocked"; readonly retryAt: string };
  readonly challenge_required: {
    readonly outcome: "challengeRequired";
    readonly pending: BegunSession;
    readonly challengeId: string;
    readonly authenticators: readonly AuthenticatorSummary[];
  };
  readonly enrolment_required: {
    readonly outcome: "enrolmentRequired";
    readonly pending: BegunSession;
    readonly subscriberId: string;
  };
  readonly number_invalid: { readonly outcome: "numberInvalid"; readonly reason: string };
  readonly number_not_allowed: { readonly outcome: "numberNotAllowed"; readonly reason: string };
  readonly request_invalid: { readonly outcome: "requestInvalid"; readonly field: string };
  readonly send_limit_reached: {
    readonly outcome: "sendLimitReached";
    readonly limit: string;
    readonly retryAt: string;
  };
  readonly resend_too_soon: { readonly outcome: "resendTooSoon"; readonly retryAt: string };
  readonly delivery_congested: { readonly outcome: "deliveryCongested"; readonly retryAt: string };
  readonly ticket_invalid: { readonly outcome: "ticketInvalid" };
  readonly not_found: { readonly outcome: "notFound" };
  readonly cursor_invalid: { readonly outcome: "cursorInvalid" };
}

type AccountRefusalCode = keyof AccountRefusalFields & ErrorCode;

/** Codes that only accounts have, by the name of their outcome. */
export const accountOutcomes = {
  name_taken: "nameTaken",
  password_refused: "passwordRefused",
  subscriber_not_found: "subscriberNotFound",
  authenticator_not_found: "authenticatorNotFound",
  authenticators_full: "authenticatorsFull",
  authenticator_disabled: "authenticatorDisabled",
  changes_frozen: "changesFrozen",
  address_required: "addressRequired",
  notice_invalid: "noticeInvalid",
  recovery_invalid: "recoveryInvalid",
  reset_invalid: "resetInvalid",
  step_up_required: "stepUpRequired",
  not_enrolled: "notEnrolled",
  challenge_not_found: "challengeNotFound",
  challenge_expired: "challengeExpired",
  challenge_settled: "challengeSettled",
  code_used: "codeUsed",
  code_not_sent: "codeNotSent",
  passkey_refused: "passkeyRefused",
  subscriber_locked: "subscriberLocked",
  session_invalid: "sessionInvalid",
  sign_in_refused: "signInRefused",
  sign_in_locked: "signInLocked",
  challenge_required: "challengeRequired",
  enrolment_required: "enrolmentRequired",
} as const satisfies { readonly [C in AccountRefusalCode]?: AccountRefusalFields[C]["outcome"] };

const over = ["challenge_not_found", "challenge_expired", "challenge_settled"] as const;
const notSent = [
  "number_not_allowed",
  "recipient_locked",
  "send_limit_reached",
  "delivery_congested",
] as const;

/** What each operation of accounts may refuse with as a value; all else is a fault. */
export const accountRefusals = {
  createSubscriber: ["name_taken", "password_refused", "request_invalid"],
  listSubscribers: ["cursor_invalid"],
  getSubscriber: ["subscriber_not_found"],
  updateSubscriber: ["subscriber_not_found", "changes_frozen", "request_invalid"],
  deleteSubscriber: ["subscriber_not_found"],
  changePassword: [
    "subscriber_not_found",
    "password_refused",
    "step_up_required",
    "changes_frozen",
    "session_invalid",
    "sign_in_refused",
    "sign_in_locked",
  ],
  enrolAuthenticator: [
    "subscriber_not_found",
    "number_invalid",
    "request_invalid",
    "step_up_required",
    "changes_frozen",
    "authenticators_full",
    ...notSent,
  ],
  sendEnrolmentCode: ["subscriber_not_found", "authenticator_not_found", "resend_too_soon", ...notSent],
  confirmAuthenticator: [
    "subscriber_not_found",
    "authenticator_not_found",
    "session_invalid",
    "code_mismatch",
    "code_malformed",
    "code_not_sent",
    "subscriber_locked",
    "recipient_locked",
    "passkey_refused",
  ],
  listAuthenticators: ["subscriber_not_found"],
  updateAuthenticator: ["subscriber_not_found", "authenticator_not_found", "request_invalid"],
  startChallenge: [
    "subscriber_not_found",
    "not_enrolled",
    "session_invalid",
    "request_invalid",
    "authenticator_not_found",
    "authenticator_disabled",
    "subscriber_locked",
    ...notSent,
  ],
  removeAuthenticator: [
    "subscriber_not_found",
    "authenticator_not_found",
    "step_up_required",
    "changes_frozen",
  ],
  keepAuthenticator: ["subscriber_not_found", "authenticator_not_found"],
  startRecovery: [],
  sendRecovery: ["recovery_invalid"],
  checkRecovery: ["recovery_invalid", "code_mismatch", "request_invalid"],
  completeRecovery: ["recovery_invalid", "password_refused", "request_invalid"],
  startReset: ["subscriber_not_found", "authenticator_not_found", "address_required"],
  checkReset: ["reset_invalid"],
  completeReset: ["reset_invalid", "password_refused", "request_invalid"],
  checkNotice: ["notice_invalid"],
  disputeNotice: ["notice_invalid"],
  getChallenge: ["challenge_not_found"],
  sendChallenge: [
    ...over,
    "authenticator_not_found",
    "authenticator_disabled",
    "subscriber_locked",
    "request_invalid",
    "resend_too_soon",
    ...notSent,
  ],
  checkChallenge: [
    ...over,
    "authenticator_not_found",
    "authenticator_disabled",
    "subscriber_locked",
    "recipient_locked",
    "code_mismatch",
    "code_malformed",
    "code_used",
    "code_not_sent",
    "passkey_refused",
  ],
  askPasskey: [...over, "authenticator_not_found"],
  askPasskeySignIn: [],
  askRecoveryPasskey: ["recovery_invalid"],
  signInWithPasskey: [...over, "sign_in_refused", "passkey_refused"],
  cancelChallenge: over,
  signIn: ["challenge_required", "enrolment_required", "sign_in_refused", "sign_in_locked"],
  checkSession: ["session_invalid", "step_up_required"],
  stateSession: ["session_invalid"],
  redeemSession: ["ticket_invalid", "not_found"],
  signOut: ["session_invalid"],
  endSession: ["not_found"],
  listSessions: ["subscriber_not_found"],
  endSessions: ["subscriber_not_found"],
  listTrustedDevices: ["subscriber_not_found"],
  forgetTrustedDevice: ["subscriber_not_found", "not_found"],
  forgetTrustedDevices: ["subscriber_not_found"],
} as const satisfies Readonly<Record<string, readonly AccountRefusalCode[]>>;

export type AccountOperation = keyof typeof accountRefusals;

/** What an operation may be refused with. */
export type AccountRefusals<O extends AccountOperation> = {
  [C in (typeof accountRefusals)[O][number]]: AccountRefusalFields[C] & {
    /** For people who operate the application. */
    readonly detail: string;
  };
}[(typeof accountRefusals)[O][number]];
