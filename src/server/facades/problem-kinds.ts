import type { ErrorCode } from "../../errors/codes.ts";

/**
 * What a problem at the door is to a vendor's caller. Outcomes of verbs never come this way: each facade has tables of
 * its own for them.
 */
export type ProblemKind =
  /** No key, or a wrong one. */
  | "unauthorized"
  /** A key that may not do this. */
  | "forbidden"
  | "throttled"
  /** A request that nobody can read: its framing, size or encoding. */
  | "unreadable"
  | "notFound"
  /** We cannot serve now; the same request may succeed later. */
  | "unavailable"
  /** Ours alone: a caller can do nothing about it. */
  | "fault";

/** Every code there is: a new one does not compile until it is said what it is to vendors. */
export const problemKinds = {
  unauthorized: "unauthorized",
  forbidden: "forbidden",
  rate_limited: "throttled",
  recipient_locked: "throttled",
  resend_too_soon: "throttled",
  send_limit_reached: "throttled",
  delivery_congested: "throttled",
  request_malformed: "unreadable",
  request_invalid: "unreadable",
  request_timeout: "unreadable",
  body_too_large: "unreadable",
  url_too_long: "unreadable",
  headers_too_large: "unreadable",
  media_type_unsupported: "unreadable",
  method_not_allowed: "notFound",
  not_found: "notFound",
  verification_not_found: "notFound",
  service_not_found: "notFound",
  storage_unavailable: "unavailable",
  starting: "unavailable",
  stopping: "unavailable",
  internal_error: "fault",
  // What only our own API, pages or callbacks say.
  host_not_allowed: "unreadable",
  cross_site_refused: "unreadable",
  callback_refused: "fault",
  number_invalid: "fault",
  number_not_allowed: "fault",
  verification_pending: "fault",
  verification_settled: "fault",
  verification_expired: "fault",
  verification_exhausted: "fault",
  code_expired: "fault",
  code_malformed: "fault",
  code_mismatch: "fault",
  no_further_step: "fault",
  cancel_refused: "fault",
  resource_conflict: "fault",
  precondition_failed: "fault",
  idempotency_key_invalid: "fault",
  idempotency_key_reused: "fault",
  ticket_invalid: "fault",
  cursor_invalid: "fault",
  webhook_disabled: "fault",
  verification_required: "fault",
  challenge_required: "fault",
  enrolment_required: "fault",
  step_up_required: "fault",
  changes_frozen: "fault",
  address_required: "fault",
  notice_invalid: "fault",
  recovery_invalid: "fault",
  reset_invalid: "fault",
  subscriber_not_found: "fault",
  authenticator_not_found: "fault",
  challenge_not_found: "fault",
  name_taken: "fault",
  authenticators_full: "fault",
  authenticator_disabled: "fault",
  not_enrolled: "fault",
  challenge_settled: "fault",
  code_not_sent: "fault",
  challenge_expired: "fault",
  password_refused: "fault",
  sign_in_refused: "fault",
  session_invalid: "fault",
  code_used: "fault",
  passkey_refused: "fault",
  passkeys_unavailable: "fault",
  sign_in_locked: "fault",
  subscriber_locked: "fault",
  sign_in_congested: "unavailable",
} satisfies Readonly<Record<ErrorCode, ProblemKind>>;
