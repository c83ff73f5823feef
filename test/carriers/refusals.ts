import type { CarrierRefusal } from "../../src/testing/index.ts";

/** What every carrier's statuses mean where no code of its own says more. */
export const commonRefusals: readonly CarrierRefusal[] = [
  { status: 400, means: { kind: "rejected", reason: "request_refused" } },
  { status: 401, means: { kind: "rejected", reason: "credentials_refused" } },
  { status: 402, means: { kind: "rejected", reason: "account_out_of_credit" } },
  { status: 403, means: { kind: "rejected", reason: "forbidden_by_carrier" } },
  { status: 404, means: { kind: "rejected", reason: "request_refused" } },
  { status: 422, means: { kind: "rejected", reason: "value_refused" } },
  { status: 429, means: { kind: "notSent", reason: "rate_limited" } },
  { status: 429, retryAfter: "3", means: { kind: "notSent", reason: "rate_limited", retryAfterMs: 3_000 } },
  { status: 500, means: null },
  { status: 502, means: null },
  { status: 503, means: null },
  {
    status: 503,
    retryAfter: "9",
    means: { kind: "notSent", reason: "carrier_unavailable", retryAfterMs: 9_000 },
  },
  { status: 504, means: null },
];
