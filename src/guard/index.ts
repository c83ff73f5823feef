/**
 * Who may cost us a message: rules over counters. Pure: readings and the instant come in as arguments, and who holds
 * the counters asks `judge`. Requirements: F-1 to F-6, F-9, F-11, F-13, F-15 (`docs/guides/guard.md`).
 */
export { baselineOf, hasCollapsed, type Proportion } from "./collapse.ts";
export {
  alertShare,
  type CounterName,
  counterNames,
  defaultVelocity,
  type GuardConfiguration,
  guardConfiguration,
  reserveShare,
  type VelocityLimit,
} from "./configuration.ts";
export type { GuardDecision, GuardReason, GuardReasonName, RuleName, Verdict } from "./decision.ts";
export {
  amountText,
  dayEndsAt,
  dearestOf,
  defaultPrices,
  hourEndsAt,
  type Micros,
  microsPerUnit,
  type Period,
  type Pool,
  type PriceTable,
  periodOf,
  poolCap,
  priceOf,
} from "./money.ts";
export {
  afterInbound,
  type InboundRequest,
  type InboundWord,
  inboundWordOf,
  isOptedOut,
  type OptOut,
  type StoppedSender,
} from "./opt-out.ts";
export {
  type GuardReadings,
  type GuardRequest,
  isTripped,
  judge,
  type RecipientFacts,
  type VelocityReading,
} from "./rules.ts";
export { added, counted, merged, opensAt, type Tally, type WindowName, windowMs } from "./windows.ts";
