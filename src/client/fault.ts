import type { ErrorCode } from "../errors/codes.ts";

/** What the API says that no caller can expect: a wrong key, a mistake in the call, a server in trouble. */
export const faultCodes = [
  "request_malformed",
  "unauthorized",
  "forbidden",
  "verification_required",
  "not_found",
  "method_not_allowed",
  "request_timeout",
  "resource_conflict",
  "precondition_failed",
  "webhook_disabled",
  "body_too_large",
  "url_too_long",
  "media_type_unsupported",
  "host_not_allowed",
  "cross_site_refused",
  "callback_refused",
  "request_invalid",
  "idempotency_key_invalid",
  "idempotency_key_reused",
  "sign_in_congested",
  "passkeys_unavailable",
  "rate_limited",
  "headers_too_large",
  "internal_error",
  "storage_unavailable",
  "starting",
  "stopping",
] as const satisfies readonly ErrorCode[];

/** `unreachable` and `timed_out`: nobody knows whether it was done. `unreadable`: not an answer of Countersign. */
export type FaultCode = (typeof faultCodes)[number] | "unreachable" | "timed_out" | "aborted" | "unreadable";

/** What the world does wrong, after the retries. It holds neither the key nor what was sent. */
export class CountersignFault extends Error {
  readonly code: FaultCode;
  /** HTTP status; null where there was no answer. */
  readonly status: number | null;
  /** The id of the request in the server's log. */
  readonly instance: string | null;
  override readonly name = "CountersignFault";

  constructor(
    code: FaultCode,
    message: string,
    more: { readonly status?: number; readonly instance?: string; readonly cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? {} : { cause: more.cause });
    this.code = code;
    this.status = more.status ?? null;
    this.instance = more.instance ?? null;
  }
}
