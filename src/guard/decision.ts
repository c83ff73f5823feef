import type { Pool } from "./money.ts";

/** The rules, in the order in which they are asked. */
export const ruleNames = [
  "number",
  "optOut",
  "price",
  "voice",
  "address",
  "binding",
  "subject",
  "key",
  "prefix",
  "region",
  "money",
] as const;

export type RuleName = (typeof ruleNames)[number];

/** Why a rule was not content. Stable: the API shows these. */
export type GuardReasonName =
  | "number_denied"
  | "recipient_opted_out"
  | "price_above_limit"
  | "text_first"
  | "calls_of_day"
  | "velocity"
  | "proof_needed"
  | "money_of_day"
  | "money_of_hour"
  | "signal_unreadable";

export type Verdict = "allow" | "challenge" | "defer" | "deny";

/** What one rule said. `detail` never contains the number. */
export interface GuardReason {
  readonly rule: RuleName;
  readonly verdict: Verdict;
  readonly reason: GuardReasonName;
  readonly detail: string;
  /** When the same request may pass; null where time alone does not help. */
  readonly retryAt: number | null;
}

/** What came of all the rules, kept with the delivery: the verdict of the first that was not content, and every reason. */
export interface GuardDecision {
  readonly verdict: Verdict;
  /** Empty where nothing was wrong. A reason with the verdict `allow` was passed over, and says why it could be. */
  readonly reasons: readonly GuardReason[];
  /** Reserved for it, in millionths of the operator's currency. */
  readonly cost: number;
  /** What it is held from; null where nobody could tell. */
  readonly pool: Pool | null;
}
