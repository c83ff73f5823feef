import {
  answerLast,
  attemptsMaxOf,
  awaitReceipt,
  close,
  type Delivery,
  type DeliveryAttempt,
  giveUp,
  isOpen,
  leaseMs,
  mayHaveLeft,
  slotGraceMs,
  unknownCount,
  unknownResendsMax,
} from "./delivery.ts";
import type { PendingVerification } from "./verification.ts";

/** What the provider of a claim can do, as far as it changes what may be done now. */
export interface ClaimTerms {
  /** No other node lives, so that a lease of another is one of the dead and need not run out. */
  readonly othersAreGone?: boolean;
  /** When its rate has room for this delivery; without it, now (D-8). */
  readonly opensAt?: number;
  /** A second message with the same reference is none (D-6). */
  readonly deduplicates?: boolean;
  /** The provider of the last attempt can be asked what became of it (D-6). */
  readonly canLookUp?: boolean;
}

export type ClaimDecision =
  | { readonly type: "send"; readonly next: Delivery }
  /** Its provider's rate has no room yet: it stays in the outbox until its slot. */
  | { readonly type: "postpone"; readonly next: Delivery }
  /** Nobody acknowledged it: asked for by reference, under a lease, before anything is sent again. */
  | { readonly type: "lookUp"; readonly next: Delivery }
  | { readonly type: "drop"; readonly next: Delivery }
  /** Took over an expired lease: the call may have been made, so its answer is unknown (D-7). */
  | { readonly type: "wait"; readonly next: Delivery }
  | { readonly type: "fail"; readonly next: Delivery }
  | { readonly type: "nothing" };

/**
 * Decides what to do with a delivery that is due. `provider` is where it would go now, null when no provider is left.
 * The caller commits `sending` before it calls the provider (D-2).
 */
export function claim(
  delivery: Delivery,
  verification: Pick<PendingVerification, "generation"> | null,
  provider: string | null,
  owner: string,
  now: number,
  terms: ClaimTerms = {},
): ClaimDecision {
  const isOrphan =
    terms.othersAreGone === true && delivery.state === "sending" && delivery.leaseOwner !== owner;
  if (!isOrphan && (!isOpen(delivery) || delivery.dueAt > now || isLeftToAnother(delivery, owner, now))) {
    return { type: "nothing" };
  }
  if (delivery.state === "sending") {
    const expired = answerLast(delivery, { answer: "unknown", reason: "lease_expired" });
    return { type: "wait", next: awaitReceipt(expired, now) };
  }
  const stale = verification === null || verification.generation !== delivery.generation;
  if (stale || now >= delivery.deadline) {
    return { type: "drop", next: close(delivery, mayHaveLeft(delivery) ? "unconfirmed" : "dropped") };
  }
  if (terms.canLookUp === true && mustLookUp(delivery, provider, terms)) {
    return { type: "lookUp", next: lease(delivery, owner, now) };
  }
  if (delivery.state === "unknown" && unknownCount(delivery) > unknownResendsMax) {
    return { type: "drop", next: close(delivery, "unconfirmed") };
  }
  const opensAt = terms.opensAt ?? now;
  // A slot past the deadline is none, so that the next step can start now instead of then.
  if (
    provider === null ||
    delivery.attempts.length >= attemptsMaxOf(delivery) ||
    opensAt >= delivery.deadline
  ) {
    return { type: delivery.state === "unknown" ? "drop" : "fail", next: giveUp(delivery) };
  }
  if (opensAt > now) {
    return { type: "postpone", next: { ...delivery, dueAt: opensAt, leaseOwner: owner } };
  }
  const attempt: DeliveryAttempt = {
    provider,
    at: now,
    answer: "none",
    providerMessageId: null,
    reason: null,
    possibleDuplicate: mayDuplicate(delivery, provider, terms),
  };
  const attempts = [...delivery.attempts, attempt];
  return { type: "send", next: { ...lease(delivery, owner, now), state: "sending", attempts } };
}

function lease(delivery: Delivery, owner: string, now: number): Delivery {
  return { ...delivery, dueAt: now + leaseMs, leaseOwner: owner, leaseEpoch: delivery.leaseEpoch + 1 };
}

/** What waits for a slot waits for one of its node: another node takes it over only when that one does not come. */
function isLeftToAnother(delivery: Delivery, owner: string, now: number): boolean {
  if (delivery.state === "sending" || delivery.leaseOwner === null) return false;
  return delivery.leaseOwner !== owner && now < delivery.dueAt + slotGraceMs;
}

const lookedUpReasons: readonly (string | null)[] = ["not_found", "lookup_unanswered"];

/** Asked once an attempt, unless the same provider is asked to send again anyway, which answers both questions. */
function mustLookUp(delivery: Delivery, provider: string | null, terms: ClaimTerms): boolean {
  const last = delivery.attempts.at(-1);
  if (delivery.state !== "unknown" || last === undefined) return false;
  const repeats =
    terms.deduplicates === true &&
    provider === last.provider &&
    unknownCount(delivery) <= unknownResendsMax &&
    delivery.attempts.length < attemptsMaxOf(delivery);
  return !(repeats || lookedUpReasons.includes(last.reason));
}

/** To a provider that knows its own references again, what it may have already is no second message (D-6). */
function mayDuplicate(delivery: Delivery, provider: string, terms: ClaimTerms): boolean {
  return delivery.attempts.some(
    (one) =>
      (one.answer === "unknown" || one.answer === "none") &&
      !(terms.deduplicates === true && one.provider === provider),
  );
}
