import type { NumberRefused } from "./refusals.ts";

/** What is known of a number, or held against it: whether only time helps. A new reason does not compile until it is said. */
const passesWithTime = {
  range_denied: false,
  type_denied: false,
  type_denied_by_policy: false,
  landline_sms: false,
  country_not_allowed: false,
  risk_denied: false,
  number_denied: false,
  price_above_limit: false,
  text_first: false,
  recipient_opted_out: false,
  velocity: true,
  proof_needed: true,
  signal_unreadable: true,
  calls_of_day: true,
  money_of_day: true,
  money_of_hour: true,
} as const satisfies Readonly<Record<NumberRefused, boolean>>;

/** A facade's answer to every reason, of the two that most vendors have. */
export function deniedOrLimited<A>(denied: A, limited: A): Readonly<Record<NumberRefused, A>> {
  const answers = Object.entries(passesWithTime).map(([reason, passes]) => [
    reason,
    passes ? limited : denied,
  ]);
  return Object.fromEntries(answers) as Record<NumberRefused, A>;
}

/** The answer of a facade's table; `denied` where nothing more is known. */
export function answerFor<A>(
  answers: Readonly<Record<NumberRefused, A>>,
  reason: string | undefined,
  denied: A,
): A {
  return reason !== undefined && Object.hasOwn(answers, reason) ? answers[reason as NumberRefused] : denied;
}
