import type { GuardReasonName } from "../guard/decision.ts";
import type { Delivery } from "./delivery.ts";
import type { Message } from "./message.ts";
import type { Recipient } from "./recipient.ts";
import type { SettledStatus, Verification } from "./verification.ts";

/** Refusals that a start and a verification that exists have in common. */
export type LimitOutcome =
  | { readonly type: "recipientLocked"; readonly retryAt: number }
  | {
      readonly type: "sendLimitReached";
      /** Which limit: the wait between sends, the day's sends of the recipient, or the sends of this verification. */
      readonly limit: "wait" | "day" | "verification";
      readonly retryAt: number;
    };

/** No carrier could send the message before its deadline; the engine knows, since a decision has no carriers (D-8). */
export type CongestedOutcome = { readonly type: "deliveryCongested"; readonly retryAt: number };

/** The guard holds the message back; the engine knows, since a decision has no counters of others (F-5 to F-11). */
export type GuardedOutcome =
  | {
      readonly type: "rateLimited";
      readonly reason: GuardReasonName;
      readonly detail: string;
      readonly retryAt: number;
    }
  | {
      readonly type: "sendLimitReached";
      /** The calls of a day to this number, or the money of a day. */
      readonly limit: "calls" | "money";
      readonly retryAt: number;
    }
  | { readonly type: "numberNotAllowed"; readonly reason: GuardReasonName; readonly detail: string };

export type StartOutcome =
  | { readonly type: "started" }
  | {
      readonly type: "continued";
      /** Whether another message goes out, or the last one is too recent. */
      readonly resent: boolean;
    }
  | {
      readonly type: "verificationPending";
      /** Only for a caller who repeats its binding; null for everybody else. */
      readonly verificationId: string | null;
      /** When it ends at the latest; null where its id is. */
      readonly endsAt: number | null;
    }
  | CongestedOutcome
  | GuardedOutcome
  | LimitOutcome;

export type SettledOutcome =
  | { readonly type: "expired" }
  | { readonly type: "exhausted" }
  | { readonly type: "settled"; readonly status: SettledStatus };

export type CheckOutcome =
  | { readonly type: "approved" }
  | { readonly type: "codeMismatch"; readonly checksLeft: number }
  | { readonly type: "codeMalformed" }
  /** The code is too old but the verification goes on: a resend brings a new one. Nothing was compared. */
  | { readonly type: "codeExpired" }
  | { readonly type: "recipientLocked"; readonly retryAt: number }
  | { readonly type: "notFound" }
  | SettledOutcome;

export type SendOutcome =
  | { readonly type: "sent" }
  | { readonly type: "resendTooSoon"; readonly retryAt: number }
  | { readonly type: "noFurtherStep" }
  | { readonly type: "notFound" }
  | CongestedOutcome
  | GuardedOutcome
  | LimitOutcome
  | SettledOutcome;

export type CancelOutcome =
  | { readonly type: "canceled" }
  | {
      readonly type: "cancelRefused";
      /** When a cancel will be allowed; null when it no longer is. */
      readonly allowedAt: number | null;
    }
  | { readonly type: "notFound" }
  | SettledOutcome;

export type SettleOutcome =
  | { readonly type: "approved" }
  | { readonly type: "canceled" }
  | { readonly type: "notFound" }
  | SettledOutcome;

/** What happened on its own; nobody waits for the answer. */
export type QuietOutcome =
  | { readonly type: "stepped" }
  | { readonly type: "expired" }
  | { readonly type: "undeliverable" }
  | { readonly type: "nothing" };

/** A caller's own text, which is sent or held back like a code. */
export type MessageOutcome =
  | { readonly type: "messageAccepted"; readonly messageId: string }
  | CongestedOutcome
  | GuardedOutcome;

export type Outcome =
  | MessageOutcome
  | StartOutcome
  | CheckOutcome
  | SendOutcome
  | CancelOutcome
  | SettleOutcome
  | QuietOutcome;

/** The rows a decision is made on. */
export interface Current {
  readonly recipient: Recipient;
  readonly verification: Verification;
}

/**
 * What a decision changes. A row that is the same object as before is not written; deliveries are new outbox rows,
 * and a verification's own timer follows from its state (`alarmAt`).
 */
export interface Decision<O extends Outcome = Outcome> {
  readonly recipient: Recipient;
  readonly verification: Verification | null;
  /** Another verification of the recipient that this decision settled. */
  readonly replaced: Verification | null;
  readonly deliveries: readonly Delivery[];
  /** A text of the caller's own, in the place of a verification. */
  readonly message?: Message;
  readonly outcome: O;
}

export function decided<O extends Outcome>(
  current: Current,
  outcome: O,
  change: Partial<Omit<Decision<O>, "outcome">> = {},
): Decision<O> {
  return {
    recipient: current.recipient,
    verification: current.verification,
    replaced: null,
    deliveries: [],
    ...change,
    outcome,
  };
}
