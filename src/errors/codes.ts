/** What an error code means on the wire. Each has a page in `docs/errors`. */
export interface ErrorCodeEntry {
  readonly status: number;
  readonly title: string;
  /** Whether the same request may succeed later without a change. */
  readonly retryable: boolean;
}

const errorCodes = {
  request_malformed: { status: 400, title: "The request cannot be read", retryable: false },
  unauthorized: { status: 401, title: "No valid API key was given", retryable: false },
  forbidden: { status: 403, title: "This API key may not do this", retryable: false },
  verification_required: { status: 403, title: "Prove your number first", retryable: true },
  challenge_required: { status: 403, title: "An authenticator is asked for", retryable: false },
  enrolment_required: { status: 403, title: "The first authenticator is to be enrolled", retryable: false },
  step_up_required: { status: 403, title: "An authenticator has to be used first", retryable: false },
  cross_site_refused: { status: 403, title: "The request came from another site", retryable: false },
  callback_refused: { status: 403, title: "This callback is not the carrier's", retryable: false },
  not_found: { status: 404, title: "There is nothing here", retryable: false },
  verification_not_found: { status: 404, title: "There is no such verification", retryable: false },
  subscriber_not_found: { status: 404, title: "There is no such subscriber", retryable: false },
  authenticator_not_found: { status: 404, title: "There is no such authenticator", retryable: false },
  challenge_not_found: { status: 404, title: "There is no such challenge", retryable: false },
  method_not_allowed: { status: 405, title: "This method does not exist here", retryable: false },
  request_timeout: { status: 408, title: "The request did not arrive in time", retryable: true },
  no_further_step: { status: 409, title: "The workflow has no further step", retryable: false },
  verification_pending: {
    status: 409,
    title: "A verification of this recipient is pending",
    retryable: true,
  },
  verification_settled: { status: 409, title: "The verification is settled", retryable: false },
  cancel_refused: { status: 409, title: "The verification cannot be canceled now", retryable: true },
  resource_conflict: { status: 409, title: "It exists already", retryable: false },
  name_taken: { status: 409, title: "The name is taken", retryable: false },
  authenticators_full: {
    status: 409,
    title: "The subscriber has as many authenticators as there may be",
    retryable: false,
  },
  authenticator_disabled: { status: 409, title: "The authenticator is disabled", retryable: false },
  not_enrolled: { status: 409, title: "The subscriber has no authenticator", retryable: false },
  challenge_settled: { status: 409, title: "The challenge is settled", retryable: false },
  code_not_sent: { status: 409, title: "No code is on its way", retryable: false },
  webhook_disabled: { status: 409, title: "The webhook is disabled", retryable: false },
  verification_expired: { status: 410, title: "The verification has expired", retryable: false },
  code_expired: { status: 410, title: "The code has expired", retryable: false },
  challenge_expired: { status: 410, title: "The challenge has expired", retryable: false },
  body_too_large: { status: 413, title: "The body is too large", retryable: false },
  url_too_long: { status: 414, title: "The URL is too long", retryable: false },
  media_type_unsupported: { status: 415, title: "The body must be JSON", retryable: false },
  host_not_allowed: { status: 421, title: "The Host header names another site", retryable: false },
  request_invalid: { status: 422, title: "A field is missing or wrong", retryable: false },
  number_invalid: { status: 422, title: "This is not a phone number", retryable: false },
  number_not_allowed: { status: 422, title: "Nothing is sent to this number", retryable: false },
  service_not_found: { status: 422, title: "There is no such service", retryable: false },
  code_malformed: { status: 422, title: "This cannot be a code", retryable: false },
  code_mismatch: { status: 422, title: "The code is wrong", retryable: false },
  password_refused: { status: 422, title: "The password is refused", retryable: false },
  sign_in_refused: { status: 422, title: "The name or the password is wrong", retryable: false },
  session_invalid: { status: 422, title: "The session does not work", retryable: false },
  code_used: { status: 422, title: "The code was used already", retryable: false },
  idempotency_key_invalid: { status: 422, title: "The Idempotency-Key is malformed", retryable: false },
  idempotency_key_reused: {
    status: 422,
    title: "The Idempotency-Key was used for another request",
    retryable: false,
  },
  ticket_invalid: { status: 422, title: "The ticket does not work", retryable: false },
  cursor_invalid: { status: 422, title: "The cursor is not one of ours", retryable: false },
  verification_exhausted: { status: 429, title: "Too many wrong codes", retryable: false },
  recipient_locked: { status: 429, title: "The recipient is locked for a while", retryable: true },
  sign_in_locked: { status: 429, title: "Too many wrong passwords for this name", retryable: true },
  subscriber_locked: { status: 429, title: "Too many wrong codes of this subscriber", retryable: true },
  resend_too_soon: { status: 429, title: "The last message is too recent", retryable: true },
  send_limit_reached: { status: 429, title: "No further message may be sent now", retryable: true },
  rate_limited: { status: 429, title: "Too many requests", retryable: true },
  headers_too_large: { status: 431, title: "The headers are too large", retryable: false },
  internal_error: { status: 500, title: "Something went wrong on our side", retryable: true },
  storage_unavailable: { status: 503, title: "The storage does not answer", retryable: true },
  delivery_congested: { status: 503, title: "No carrier can deliver in time", retryable: true },
  sign_in_congested: { status: 503, title: "Too many sign-ins at once", retryable: true },
  starting: { status: 503, title: "The server is starting", retryable: true },
  stopping: { status: 503, title: "The server is stopping", retryable: true },
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** The one list of error codes: stable names, their HTTP status and title (RFC 9457). */
export const errorTable: Readonly<Record<ErrorCode, ErrorCodeEntry>> = errorCodes;
