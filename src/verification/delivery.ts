import type { Channel } from "./channel.ts";
import type { PendingVerification } from "./verification.ts";

/** Why a delivery exists. Only the first three were asked for. */
export type DeliveryCause = "start" | "resend" | "next" | "automatic";

/**
 * `queued` waits for its time, `sending` is leased by a node, `unknown` waits for a receipt; all others are final,
 * except that receipts still move `accepted` and `unconfirmed` forward.
 */
export type DeliveryState =
  | "queued"
  | "sending"
  | "unknown"
  | "accepted"
  | "delivered"
  | "failed"
  /** Every answer was unknown and no receipt came: it may have arrived, nobody can tell. */
  | "unconfirmed"
  /** The deadline passed, or the verification settled, before it was sent (D-8). */
  | "dropped";

/** One call of a provider. */
export interface DeliveryAttempt {
  readonly provider: string;
  readonly at: number;
  readonly answer: "none" | "accepted" | "rejected" | "notSent" | "unknown";
  /** The provider's own id of the message. */
  readonly providerMessageId: string | null;
  /** Our own stable reason; the provider's text stays in the operator's log. */
  readonly reason: string | null;
  /** Sent although an earlier attempt may have arrived; it carries the same code (D-6). */
  readonly possibleDuplicate: boolean;
}

/** One message of one step, and the outbox row that makes it happen (D-1). It holds no text and no code. */
export interface Delivery {
  readonly verificationId: string;
  /** 1 for the first delivery of the verification. */
  readonly sequence: number;
  readonly recipientId: string;
  readonly tenantId: string;
  readonly step: number;
  readonly generation: number;
  readonly channel: Channel;
  readonly cause: DeliveryCause;
  readonly state: DeliveryState;
  readonly createdAt: number;
  /** When the dispatcher must look at it next: to send, to take over an expired lease, to resolve an unknown. */
  readonly dueAt: number;
  readonly deadline: number;
  readonly leaseOwner: string | null;
  /** Fences the result of a node that lost its lease (D-4). */
  readonly leaseEpoch: number;
  readonly attempts: readonly DeliveryAttempt[];
}

/** A send must be able to arrive while its code still works. */
export const sendMarginMs = 15_000;
export const sendWindowMs = 90_000;
/** Longer than the provider time-out of 5 s (D-2). */
export const leaseMs = 15_000;
/** How long an unknown answer waits for a receipt before the one resend (D-6). */
export const unknownWaitMs = 3_000;
export const unknownResendsMax = 1;
/** For how long after its time a slot of a provider's rate is left to the node that holds it (D-8). */
export const slotGraceMs = 1_000;
const retryDelaysMs = [500, 1_000, 2_000, 4_000, 8_000, 16_000];
export const attemptsMax = 8;

export function newDelivery(
  verification: PendingVerification,
  cause: DeliveryCause,
  channel: Channel,
  now: number,
): Delivery {
  return {
    verificationId: verification.id,
    sequence: verification.sends,
    recipientId: verification.recipientId,
    tenantId: verification.tenantId,
    step: verification.step,
    generation: verification.generation,
    channel,
    cause,
    state: "queued",
    createdAt: now,
    dueAt: now,
    deadline: Math.min(verification.codeExpiresAt - sendMarginMs, now + sendWindowMs),
    leaseOwner: null,
    leaseEpoch: 0,
    attempts: [],
  };
}

/** The three answers of a provider call (D-5). */
export type ProviderAnswer =
  | { readonly type: "accepted"; readonly providerMessageId: string }
  | {
      readonly type: "refused";
      /** `rejected`: this provider will never take it. `notSent`: nothing left, safe to try again or elsewhere. */
      readonly kind: "rejected" | "notSent";
      readonly reason: string;
      readonly retryAfterMs?: number;
    }
  | { readonly type: "unknown"; readonly detail: string };

/** What a provider knows of a message that it never acknowledged, asked by its reference (D-6). */
export type LookupAnswer =
  | { readonly type: "found"; readonly providerMessageId: string }
  /** It has no such message, or none yet. */
  | { readonly type: "absent" }
  | { readonly type: "unknown" };

export function isOpen(delivery: Delivery): boolean {
  return delivery.state === "queued" || delivery.state === "sending" || delivery.state === "unknown";
}

/** May still bring a code to its recipient, or has. */
export function mayArrive(delivery: Delivery): boolean {
  return isOpen(delivery) || !["failed", "dropped"].includes(delivery.state);
}

/** Providers that refused it for good are not asked again; after an unknown answer another one is preferred. */
export function triedProviders(delivery: Delivery): { rejectedBy: string[]; avoid: string[] } {
  const rejectedBy = delivery.attempts.filter((one) => one.answer === "rejected").map((one) => one.provider);
  const avoid = delivery.attempts.filter((one) => one.answer !== "rejected").map((one) => one.provider);
  return { rejectedBy, avoid };
}

function unknownCount(delivery: Delivery): number {
  return delivery.attempts.filter((one) => one.answer === "unknown" || one.answer === "none").length;
}

/** An attempt whose answer nobody knows may have brought the code, whatever became of the attempts after it. */
function mayHaveLeft(delivery: Delivery): boolean {
  return unknownCount(delivery) > 0;
}

/** Nothing more will be tried. Only where nothing can have left is that a failure. */
function giveUp(delivery: Delivery): Delivery {
  return close(delivery, mayHaveLeft(delivery) ? "unconfirmed" : "failed");
}

/** Whether a provider that could not be reached, but did not refuse, can be asked again. */
function mayRetry(delivery: Delivery): boolean {
  const { rejectedBy } = triedProviders(delivery);
  return delivery.attempts.some((one) => one.answer === "notSent" && !rejectedBy.includes(one.provider));
}

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
  verification: PendingVerification | null,
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
  if (provider === null || delivery.attempts.length >= attemptsMax || opensAt >= delivery.deadline) {
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
    delivery.attempts.length < attemptsMax;
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

/** Writes what a look-up brought: adopted where it was found, else due now, to be sent once more (D-6). */
export function lookedUp(
  delivery: Delivery,
  given: LookupAnswer,
  leaseEpoch: number,
  now: number,
): Delivery | null {
  if (delivery.state !== "unknown" || delivery.leaseEpoch !== leaseEpoch) return null;
  if (given.type === "found") {
    const { providerMessageId } = given;
    return close(answerLast(delivery, { answer: "accepted", providerMessageId, reason: null }), "accepted");
  }
  const reason = given.type === "absent" ? "not_found" : "lookup_unanswered";
  return { ...answerLast(delivery, { reason }), dueAt: now, leaseOwner: null };
}

/** Writes a provider's answer; null when another node holds the lease by now, so that nothing changes (D-4). */
export function answer(
  delivery: Delivery,
  given: ProviderAnswer,
  leaseEpoch: number,
  alternatives: boolean,
  now: number,
): Delivery | null {
  if (delivery.state !== "sending" || delivery.leaseEpoch !== leaseEpoch) return null;
  switch (given.type) {
    case "accepted":
      return close(
        answerLast(delivery, { answer: "accepted", providerMessageId: given.providerMessageId }),
        "accepted",
      );
    case "unknown":
      return awaitReceipt(answerLast(delivery, { answer: "unknown", reason: "no_answer" }), now);
    case "refused": {
      const answered = answerLast(delivery, { answer: given.kind, reason: given.reason });
      if (given.kind === "rejected" && !alternatives && !mayRetry(answered)) return giveUp(answered);
      return requeue(answered, alternatives ? 0 : retryDelay(answered, given.retryAfterMs), now);
    }
    default:
      return unreachableAnswer(given);
  }
}

function unreachableAnswer(given: never): never {
  throw new TypeError(`not a provider answer: ${JSON.stringify(given)}`);
}

function retryDelay(delivery: Delivery, retryAfterMs: number | undefined): number {
  const backoff = retryDelaysMs[Math.min(delivery.attempts.length, retryDelaysMs.length) - 1] ?? 16_000;
  return Math.max(backoff, retryAfterMs ?? 0);
}

function requeue(delivery: Delivery, delayMs: number, now: number): Delivery {
  const dueAt = now + delayMs;
  // A retry that could only come too late is no retry: say so now, so that the next step can start.
  if (dueAt >= delivery.deadline || delivery.attempts.length >= attemptsMax) return giveUp(delivery);
  return { ...delivery, state: "queued", dueAt, leaseOwner: null };
}

function awaitReceipt(delivery: Delivery, now: number): Delivery {
  return { ...delivery, state: "unknown", dueAt: now + unknownWaitMs, leaseOwner: null };
}

export function close(delivery: Delivery, state: DeliveryState): Delivery {
  return { ...delivery, state, leaseOwner: null };
}

export function answerLast(delivery: Delivery, change: Partial<DeliveryAttempt>): Delivery {
  const last = delivery.attempts.at(-1);
  if (last === undefined) return delivery;
  return { ...delivery, attempts: [...delivery.attempts.slice(0, -1), { ...last, ...change }] };
}
