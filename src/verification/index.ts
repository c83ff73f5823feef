/**
 * The pure machine of one verification: state, policy, and `decide(current, command, now)`. No clock, no randomness,
 * no keys, no I/O: everything it knows is in its arguments, everything it wants is in its answer.
 */
export type { Channel } from "./channel.ts";
export { type ClaimDecision, type ClaimTerms, claim } from "./claim.ts";
export { type AlphabetName, alphabets, type CodeFormat, parseSubmittedCode } from "./code-format.ts";
export type {
  CancelCommand,
  CheckCommand,
  Command,
  CommandType,
  DeliveryFailedCommand,
  SendCommand,
  SettleCommand,
  StartCommand,
  WakeCommand,
} from "./command.ts";
export { commandTypes, decide, type OutcomeFor } from "./decide.ts";
export type {
  CancelOutcome,
  CheckOutcome,
  CongestedOutcome,
  Current,
  Decision,
  GuardedOutcome,
  MessageOutcome,
  Outcome,
  QuietOutcome,
  SendOutcome,
  SettledOutcome,
  SettleOutcome,
  StartOutcome,
} from "./decision.ts";
export {
  answer,
  answerLast,
  costOf,
  type Delivery,
  type DeliveryAttempt,
  type DeliveryCause,
  type DeliveryState,
  deliveredBy,
  isOpen,
  type LookupAnswer,
  leaseMs,
  lookedUp,
  mayArrive,
  type ProviderAnswer,
  sendWindowMs,
  slotGraceMs,
  triedProviders,
} from "./delivery.ts";
export { type Fate, fateOf, sentAt } from "./fate.ts";
export type { Message, MessageReceipts } from "./message.ts";
export {
  type CodeReuse,
  defaultPolicy,
  type IfPending,
  lifetimeMs,
  type Policy,
  type PolicyProblem,
  policyProblems,
  type Step,
} from "./policy.ts";
export { type ReceiptStatus, receive } from "./receipt.ts";
export {
  dailySendOpensAt,
  type KnownClaimant,
  livePending,
  lockedUntil,
  type PendingRef,
  type Recipient,
  type SealedRecipient,
  unlock,
} from "./recipient.ts";
export { decideMessage, type MessageCommand } from "./send-message.ts";
export { decideStart, pendingToLoad, type StartCurrent } from "./start.ts";
export { redeemable, ticketLifetimeMs } from "./ticket.ts";
export { unreachable } from "./unreachable.ts";
export {
  type Autofill,
  alarmAt,
  asOf,
  type CheckRecord,
  clockStepMaxMs,
  type Destination,
  type Payment,
  type PendingVerification,
  type SettledStatus,
  type SettledVerification,
  type Status,
  type Verification,
} from "./verification.ts";
