import type { ErrorCode } from "../errors/codes.ts";
import type { Erased, NumberDescription, Page, Proof } from "./pages.ts";
import type { Status, Verification, VerificationList } from "./verification.ts";

/** What each refusal is called, as in the library, and what it says beside `detail`. */
interface RefusalFields {
  readonly number_invalid: { readonly outcome: "numberInvalid"; readonly reason: string };
  readonly number_not_allowed: { readonly outcome: "numberNotAllowed"; readonly reason: string };
  readonly request_invalid: { readonly outcome: "requestInvalid"; readonly field: string };
  readonly service_not_found: { readonly outcome: "serviceNotFound" };
  readonly recipient_locked: { readonly outcome: "recipientLocked"; readonly retryAt: string };
  readonly send_limit_reached: {
    readonly outcome: "sendLimitReached";
    readonly limit: "wait" | "day" | "verification";
    readonly retryAt: string;
  };
  readonly verification_pending: {
    readonly outcome: "verificationPending";
    /** Only for a caller that repeats the binding. */
    readonly verificationId: string | null;
  };
  readonly delivery_congested: { readonly outcome: "deliveryCongested"; readonly retryAt: string };
  readonly code_mismatch: { readonly outcome: "codeMismatch"; readonly checksLeft: number };
  readonly code_malformed: { readonly outcome: "codeMalformed" };
  readonly code_expired: { readonly outcome: "codeExpired" };
  readonly verification_expired: { readonly outcome: "expired" };
  readonly verification_exhausted: { readonly outcome: "exhausted" };
  readonly verification_settled: { readonly outcome: "settled"; readonly status: Status };
  readonly verification_not_found: { readonly outcome: "notFound" };
  readonly resend_too_soon: { readonly outcome: "resendTooSoon"; readonly retryAt: string };
  readonly no_further_step: { readonly outcome: "noFurtherStep" };
  /** Without `retryAt` it has gone too far for good. */
  readonly cancel_refused: { readonly outcome: "cancelRefused"; readonly retryAt?: string };
  readonly cursor_invalid: { readonly outcome: "cursorInvalid" };
  /** Unknown, redeemed before, or older than a minute: no answer tells which. */
  readonly ticket_invalid: { readonly outcome: "ticketInvalid" };
  /** Nothing of yours has this id. */
  readonly not_found: { readonly outcome: "notFound" };
  /** It is taken, over, or there are too many: `detail` says which. */
  readonly resource_conflict: { readonly outcome: "resourceConflict" };
  readonly precondition_failed: { readonly outcome: "preconditionFailed" };
  readonly webhook_disabled: { readonly outcome: "webhookDisabled" };
}

type RefusalCode = keyof RefusalFields & ErrorCode;

/** Codes of problems by the name of their outcome. */
export const outcomes: { readonly [C in RefusalCode]: RefusalFields[C]["outcome"] } = {
  number_invalid: "numberInvalid",
  number_not_allowed: "numberNotAllowed",
  request_invalid: "requestInvalid",
  service_not_found: "serviceNotFound",
  recipient_locked: "recipientLocked",
  send_limit_reached: "sendLimitReached",
  verification_pending: "verificationPending",
  delivery_congested: "deliveryCongested",
  code_mismatch: "codeMismatch",
  code_malformed: "codeMalformed",
  code_expired: "codeExpired",
  verification_expired: "expired",
  verification_exhausted: "exhausted",
  verification_settled: "settled",
  verification_not_found: "notFound",
  resend_too_soon: "resendTooSoon",
  no_further_step: "noFurtherStep",
  cancel_refused: "cancelRefused",
  cursor_invalid: "cursorInvalid",
  ticket_invalid: "ticketInvalid",
  not_found: "notFound",
  resource_conflict: "resourceConflict",
  precondition_failed: "preconditionFailed",
  webhook_disabled: "webhookDisabled",
};

const settled = [
  "verification_not_found",
  "verification_expired",
  "verification_settled",
  "verification_exhausted",
] as const;
const sending = [
  ...settled,
  "number_not_allowed",
  "resend_too_soon",
  "send_limit_reached",
  "delivery_congested",
] as const;

/** What each operation of the API may refuse with as a value; all else is a fault. */
export const refusals = {
  startVerification: [
    "number_invalid",
    "number_not_allowed",
    "request_invalid",
    "service_not_found",
    "recipient_locked",
    "send_limit_reached",
    "verification_pending",
    "delivery_congested",
  ],
  checkVerification: [...settled, "code_malformed", "code_mismatch", "code_expired", "recipient_locked"],
  resendVerification: sending,
  advanceVerification: [...sending, "no_further_step"],
  cancelVerification: [...settled, "cancel_refused"],
  settleVerification: settled,
  getVerification: ["verification_not_found"],
  listVerifications: ["number_invalid", "cursor_invalid"],
  createPage: ["number_invalid", "number_not_allowed", "request_invalid", "service_not_found"],
  createAccountPage: ["request_invalid", "service_not_found"],
  redeemTicket: ["ticket_invalid"],
  getNumber: ["number_invalid"],
  unlockNumber: ["number_invalid"],
  optNumberIn: ["number_invalid"],
  eraseNumber: ["number_invalid"],
  explainRoute: ["number_invalid"],
  listCarriers: [],
  createKey: ["request_invalid"],
  listKeys: ["cursor_invalid"],
  getKey: ["not_found"],
  rotateKey: ["not_found", "resource_conflict"],
  revokeKey: ["not_found"],
  revokeKeyDialect: ["not_found"],
  createService: ["request_invalid", "resource_conflict"],
  listServices: ["cursor_invalid"],
  getService: ["not_found"],
  updateService: ["not_found", "request_invalid", "resource_conflict", "precondition_failed"],
  createTenant: ["request_invalid"],
  listTenants: ["cursor_invalid"],
  getTenant: ["not_found"],
  createBackup: ["request_invalid", "resource_conflict"],
  getSecretsStatus: [],
  getSecretsRotation: [],
  rotateSecrets: ["not_found", "request_invalid", "resource_conflict"],
  sendMessage: [
    "number_invalid",
    "number_not_allowed",
    "request_invalid",
    "service_not_found",
    "send_limit_reached",
    "delivery_congested",
  ],
  listMessages: ["number_invalid", "cursor_invalid"],
  getMessage: ["not_found"],
  listDeliveries: ["number_invalid", "cursor_invalid"],
  getDelivery: ["not_found"],
  createWebhook: ["request_invalid", "service_not_found", "resource_conflict"],
  listWebhooks: ["cursor_invalid"],
  getWebhook: ["not_found"],
  updateWebhook: ["not_found", "request_invalid", "resource_conflict", "precondition_failed"],
  deleteWebhook: ["not_found", "resource_conflict", "precondition_failed"],
  rotateWebhookSecret: ["not_found", "request_invalid", "resource_conflict", "precondition_failed"],
  testWebhook: ["not_found", "webhook_disabled", "resource_conflict"],
  listWebhookEvents: ["not_found", "cursor_invalid"],
  getWebhookEvent: ["not_found"],
  replayWebhookEvent: ["not_found"],
  replayWebhookEvents: ["not_found", "cursor_invalid"],
} as const satisfies Readonly<Record<string, readonly RefusalCode[]>>;

export type Operation = keyof typeof refusals;

/** What an operation may refuse with: its name, its fields, and a sentence. */
export type Refusals<O extends Operation> = {
  [C in (typeof refusals)[O][number]]: RefusalFields[C] & {
    /** For people who operate the application. */
    readonly detail: string;
  };
}[(typeof refusals)[O][number]];

type Success<T extends string> = T extends string
  ? { readonly outcome: T; readonly verification: Verification }
  : never;

export type StartResult = Success<"started" | "continued"> | Refusals<"startVerification">;
export type CheckResult = Success<"approved"> | Refusals<"checkVerification">;
export type ResendResult = Success<"sent"> | Refusals<"resendVerification">;
export type NextResult = Success<"sent"> | Refusals<"advanceVerification">;
export type CancelResult = Success<"canceled"> | Refusals<"cancelVerification">;
export type SettleResult = Success<"approved" | "canceled"> | Refusals<"settleVerification">;
export type ListResult =
  | { readonly outcome: "listed"; readonly list: VerificationList }
  | Refusals<"listVerifications">;

export type PageResult = { readonly outcome: "made"; readonly page: Page } | Refusals<"createPage">;
export type AccountPageResult =
  | { readonly outcome: "made"; readonly page: Page }
  | Refusals<"createAccountPage">;
export type RedeemResult = { readonly outcome: "redeemed"; readonly proof: Proof } | Refusals<"redeemTicket">;
export type DescribeResult =
  | { readonly outcome: "described"; readonly number: NumberDescription }
  | Refusals<"getNumber">;
export type UnlockResult = { readonly outcome: "unlocked" } | Refusals<"unlockNumber">;
export type OptInResult = { readonly outcome: "optedIn" } | Refusals<"optNumberIn">;
export type EraseResult = { readonly outcome: "erased"; readonly erased: Erased } | Refusals<"eraseNumber">;
