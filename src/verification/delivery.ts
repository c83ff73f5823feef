import type { GuardDecision } from "../guard/decision.ts";
import type { Channel } from "./channel.ts";
import { unreachable } from "./unreachable.ts";
import type { Destination, PendingVerification } from "./verification.ts";

/** Why a delivery exists: of a verification, where only the first three were asked for, or as a message of its own. */
export type DeliveryCause = "start" | "resend" | "next" | "automatic" | "message";

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
  /** What it costs, in millionths of the operator's currency; absent where it costs nothing or nobody took it. */
  readonly cost?: number;
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
  readonly destination?: Destination;
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
  /** Of an SMS once it left: what it costs. */
  readonly encoding?: "gsm7" | "ucs2";
  readonly segments?: number;
  /** Why it may cost money, or not; absent where nothing costs any. */
  readonly guard?: GuardDecision;
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
const retryDelaysMs = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 16_000];
/** What is no code, such as a notice that is worth sending for a day, outlasts a mail server that is away for hours. */
const lateDelaysMs = [1, 5, 15, 60, 120, 240, 480].map((minutes) => minutes * 60_000);

export function attemptsMaxOf({ cause }: Pick<Delivery, "cause">): number {
  return retryDelaysMs.length + 1 + (cause === "message" ? lateDelaysMs.length : 0);
}

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
    ...(verification.destination === undefined ? {} : { destination: verification.destination }),
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

export function unknownCount(delivery: Delivery): number {
  return delivery.attempts.filter((one) => one.answer === "unknown" || one.answer === "none").length;
}

/** The attempt that brings the message, as far as anybody knows: undefined where nothing has left. */
export function deliveredBy({ attempts }: Delivery): DeliveryAttempt | undefined {
  return (
    attempts.findLast((one) => one.answer === "accepted") ??
    attempts.findLast((one) => one.answer === "unknown")
  );
}

/** What all that may have left costs; null where nothing costs anything. */
export function costOf({ attempts }: Delivery): number | null {
  const paid = attempts.flatMap((one) => one.cost ?? []);
  return paid.length === 0 ? null : paid.reduce((sum, one) => sum + one, 0);
}

/** An attempt whose answer nobody knows may have brought the code, whatever became of the attempts after it. */
export function mayHaveLeft(delivery: Delivery): boolean {
  return unknownCount(delivery) > 0;
}

/** Nothing more will be tried. Only where nothing can have left is that a failure. */
export function giveUp(delivery: Delivery): Delivery {
  return close(delivery, mayHaveLeft(delivery) ? "unconfirmed" : "failed");
}

/** Whether a provider that could not be reached, but did not refuse, can be asked again. */
function mayRetry(delivery: Delivery): boolean {
  const { rejectedBy } = triedProviders(delivery);
  return delivery.attempts.some((one) => one.answer === "notSent" && !rejectedBy.includes(one.provider));
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
      return unreachable(given);
  }
}

function retryDelay(delivery: Delivery, retryAfterMs: number | undefined): number {
  const backoff = [...retryDelaysMs, ...lateDelaysMs][delivery.attempts.length - 1] ?? 16_000;
  return Math.max(backoff, retryAfterMs ?? 0);
}

function requeue(delivery: Delivery, delayMs: number, now: number): Delivery {
  const dueAt = now + delayMs;
  // A retry that could only come too late is no retry: say so now, so that the next step can start.
  if (dueAt >= delivery.deadline || delivery.attempts.length >= attemptsMaxOf(delivery))
    return giveUp(delivery);
  return { ...delivery, state: "queued", dueAt, leaseOwner: null };
}

/** Left for a receipt, a look-up or the one resend, whichever comes first. */
export function awaitReceipt(delivery: Delivery, now: number): Delivery {
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
