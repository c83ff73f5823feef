import type { Backlog, OpensAt, Pacer, Provider, Router } from "../delivery/index.ts";
import type { GuardDecision } from "../guard/index.ts";
import { type Due, deliveryId, type Key, key, type Rows, type UpdateDecision } from "../store/index.ts";
import {
  type ClaimDecision,
  type ClaimTerms,
  claim,
  type Delivery,
  isOpen,
  type Message,
  type PendingVerification,
  type Recipient,
  unreachable,
  type Verification,
} from "../verification/index.ts";
import type { Admit } from "./admission.ts";
import type { ArrivalWatch } from "./arrivals.ts";
import type { CarrierTotals } from "./carrier-totals.ts";
import { type DeliveryUpdate, withDelivery } from "./delivery-updates.ts";
import type { Guard } from "./guard.ts";
import type { GuardAsk } from "./guard-desk.ts";
import { askOf, factsBefore } from "./guard-door.ts";
import type { GuardPassage } from "./guard-passage.ts";
import { askOfOwnText } from "./own-texts.ts";
import type { EngineParts } from "./parts.ts";
import type { Claimed } from "./provider-call.ts";
import type { Room } from "./room.ts";

/** What one delivery is worked on with. */
export interface Desk {
  readonly parts: EngineParts;
  readonly owner: string;
  readonly pacer: Pacer;
  readonly backlog: Backlog;
  readonly router: Router;
  readonly arrivals: ArrivalWatch | null;
  readonly totals: CarrierTotals;
  readonly guard: Guard | null;
  readonly room: Room;
}

/**
 * What a decision wants to send is claimed in the decision's own transaction, as long as there is room: the intent is
 * durable before the call all the same (D-2), and one commit serves for both.
 */
export function claimNewWith(desk: Desk, hasRoom: () => boolean): Admit {
  return (step, now) => {
    if (!("deliveries" in step) || step.verification?.status !== "pending") return step;
    if (step.deliveries.length === 0 || !hasRoom()) return step;
    const { verification } = step;
    return { ...step, deliveries: step.deliveries.map((one) => claimIfSent(desk, one, verification, now)) };
  };
}

/** The delivery as claimed by this node where it can go out now, and as it was where not. */
function claimIfSent(
  desk: Desk,
  delivery: Delivery,
  verification: PendingVerification,
  now: number,
): Delivery {
  const { parts, owner, pacer, router } = desk;
  const id = deliveryId(delivery.verificationId, delivery.sequence);
  const opensAt: OpensAt = (one) => pacer.opensAt(one.id, "", now);
  const { provider } = router.choose(delivery, id, opensAt, now);
  const terms = termsOf(parts, delivery, provider, opensAt);
  const decision = claim(delivery, verification, provider?.id ?? null, owner, now, terms);
  if (decision.type !== "send") return delivery;
  if (provider !== null && !desk.room.isFor(id, provider.id)) {
    desk.room.turnAway(id, provider.id, delivery.deadline);
    return delivery;
  }
  if (provider !== null) router.standings.chosen(provider, delivery, id, now);
  return decision.next;
}

/** What this node claimed when it was made, ready to be sent; undefined for all others. */
export function claimedAtBirth(
  { parts, owner }: Desk,
  delivery: Delivery,
  { verification, recipient }: Made,
): Claimed | undefined {
  if (delivery.state !== "sending" || delivery.leaseOwner !== owner) return undefined;
  const provider = parts.providers.find((one) => one.id === delivery.attempts.at(-1)?.provider);
  if (provider === undefined || verification?.status !== "pending") return undefined;
  return { delivery, says: verification, provider, recipient };
}

/** The rows that a delivery was made with. */
export interface Made {
  readonly verification: Verification | null;
  readonly recipient: Recipient | null;
}

export interface LookingUp {
  readonly lookUp: Delivery;
  readonly provider: Provider;
}

interface NotNow {
  /** Whether it comes back to its slot. */
  readonly waits: boolean;
  readonly started: readonly Delivery[];
  /** What was given up for good. */
  readonly closed?: Delivery;
}

/** Nobody asked for it, so that nobody has judged it yet. */
interface Unjudged {
  readonly unjudged: Delivery;
  readonly says: PendingVerification | Message;
}

type ClaimResult = Claimed | LookingUp | NotNow;

const over: NotNow = { waits: false, started: [] };
const waiting: NotNow = { waits: true, started: [] };

/** Commits `sending` before anything leaves (D-2), and looks once more whether it should leave at all (D-8). */
export async function claimOne(desk: Desk, due: Due): Promise<ClaimResult> {
  const claimed = await claimOnce(desk, due, null);
  if (!("unjudged" in claimed)) return claimed;
  const { parts, guard } = desk;
  const { unjudged, says } = claimed;
  const recipient = await parts.store.get(key("recipient", unjudged.recipientId));
  const ask = recipient === undefined ? null : askFor(parts, says, recipient, unjudged.channel);
  if (guard === null || ask === null) return waiting;
  const judging: Judging = { passage: await guard.passage(ask), channel: ask.channel, sent: null };
  try {
    const judged = await claimOnce(desk, due, judging);
    return "unjudged" in judged ? waiting : judged;
  } catch (cause) {
    judging.sent = null;
    throw cause;
  } finally {
    judging.passage.end(judging.sent);
  }
}

function askFor(
  parts: EngineParts,
  says: PendingVerification | Message,
  recipient: Recipient,
  channel: Delivery["channel"],
): GuardAsk | null {
  return "sealedText" in says ? askOfOwnText(parts, says, recipient) : askOf(parts, says, recipient, channel);
}

/** A delivery at the guard's door; `sent` is what it left with in the last run of the decision. */
interface Judging {
  readonly passage: GuardPassage;
  readonly channel: GuardAsk["channel"];
  sent: GuardDecision | null;
}

function claimOnce(desk: Desk, due: Due, judging: Judging | null): Promise<ClaimResult | Unjudged> {
  const { parts, owner } = desk;
  const deliveryKey = key("delivery", deliveryId(due.verificationId, due.sequence));
  const verificationKey = key("verification", due.verificationId);
  return parts.store.update<ClaimResult | Unjudged>([verificationKey, deliveryKey], (rows, now) => {
    if (judging !== null) judging.sent = null;
    let delivery = rows.get(deliveryKey);
    if (delivery === undefined) return { writes: [], result: over };
    const messageKey = key("message", due.verificationId);
    const isOwnText = delivery.cause === "message";
    if (isOwnText && !rows.has(messageKey)) return { need: [messageKey] };
    const ownText = isOwnText ? rows.get(messageKey) : undefined;
    const stored = rows.get(verificationKey);
    const verification = stored?.status === "pending" && now < stored.endsAt ? stored : null;
    // What a caller sends was judged when it was asked for; what we send beside a change is judged here.
    const toJudge = ownText?.isOurs === true ? ownText : verification;
    if (desk.guard !== null && toJudge !== null && isUnjudged(delivery, now)) {
      if (judging === null) return { writes: [], result: { unjudged: delivery, says: toJudge } };
      const recipientKey = key("recipient", delivery.recipientId);
      if (!rows.has(recipientKey)) return { need: [recipientKey] };
      const recipient = rows.get(recipientKey);
      if (recipient === undefined) return { writes: [], result: over };
      const { passage, channel } = judging;
      delivery = { ...delivery, guard: passage.judge(channel, factsBefore(recipient, channel), now) };
      if (delivery.guard?.verdict !== "allow") return holdBack(parts, rows, delivery, now);
    }
    const opensAt: OpensAt = (one) => desk.pacer.opensAt(one.id, deliveryKey.id, now);
    const { provider } = desk.router.choose(delivery, deliveryKey.id, opensAt, now);
    const terms = termsOf(parts, delivery, provider, opensAt);
    const decision = claim(
      delivery,
      ownText === undefined ? verification : delivery,
      provider?.id ?? null,
      owner,
      now,
      terms,
    );
    if (decision.type === "nothing") {
      return { writes: [], result: isOpen(delivery) ? waiting : over };
    }
    if (isCrowded(desk, deliveryKey.id, decision, provider)) return { writes: [], result: over };
    const leaves = decision.type === "send" || decision.type === "postpone";
    if (judging !== null && leaves) judging.sent = delivery.guard ?? null;
    const says = ownText ?? verification;
    return afterClaim(desk, { rows, deliveryKey, says, provider }, decision, now);
  });
}

/** Whether the carrier that would be called has no room here. Else the delivery has a place from now on. */
function isCrowded({ room }: Desk, id: string, decision: ClaimDecision, provider: Provider | null): boolean {
  if (decision.type !== "send" && decision.type !== "lookUp") return false;
  const { attempts, deadline } = decision.next;
  const called = decision.type === "send" ? provider?.id : attempts.at(-1)?.provider;
  if (called === undefined) return false;
  if (room.isFor(id, called)) {
    room.enter(id, called);
    return false;
  }
  room.turnAway(id, called, deadline);
  return true;
}

/** Automatic steps are judged when their time has come, by what is known then. */
function isUnjudged(delivery: Delivery, now: number): boolean {
  const { guard, channel, state, dueAt, deadline, attempts } = delivery;
  const isDue = state === "queued" && dueAt <= now && now < deadline && attempts.length === 0;
  return isDue && guard === undefined && channel !== "email";
}

/** What the guard holds back has failed: the next step may still be allowed. */
function holdBack(parts: EngineParts, rows: Rows, held: Delivery, now: number): UpdateDecision<ClaimResult> {
  const failed: Delivery = { ...held, state: "failed", leaseOwner: null };
  return endedBy(withDelivery(parts, rows, failed, now));
}

function endedBy(update: UpdateDecision<DeliveryUpdate>): UpdateDecision<ClaimResult> {
  if ("need" in update) return update;
  const { started, delivery } = update.result;
  return { ...update, result: { ...over, started, closed: delivery } };
}

function termsOf(
  { providers, store }: EngineParts,
  delivery: Delivery,
  provider: Provider | null,
  opensAt: OpensAt,
): ClaimTerms {
  const othersAreGone = store.isExclusive === true;
  const now = provider === null ? { othersAreGone } : { othersAreGone, opensAt: opensAt(provider) };
  // The common case: nothing went wrong yet.
  if (delivery.state !== "unknown")
    return { ...now, deduplicates: provider?.capabilities.idempotencyKey === true };
  const last = delivery.attempts.at(-1)?.provider;
  const asked = providers.find((one) => one.id === last);
  return {
    ...now,
    deduplicates: provider?.capabilities.idempotencyKey === true,
    canLookUp: asked?.capabilities.lookupByReference === true && asked.lookup !== undefined,
  };
}

interface ClaimScene {
  readonly rows: Rows;
  readonly deliveryKey: Key<"delivery">;
  /** What the delivery says: a code, or a caller's own text. */
  readonly says: PendingVerification | Message | null;
  readonly provider: Provider | null;
}

function afterClaim(
  { parts, pacer, router }: Desk,
  { rows, deliveryKey: { id }, says, provider }: ClaimScene,
  decision: Exclude<ClaimDecision, { type: "nothing" }>,
  now: number,
): UpdateDecision<ClaimResult> {
  const { next } = decision;
  const writes = [{ table: "delivery", id, row: next }] as const;
  switch (decision.type) {
    case "send":
      if (provider === null || says === null) throw new TypeError("a claim to send needs both");
      pacer.take(provider.id, id, now);
      router.standings.chosen(provider, next, id, now);
      return { writes, result: { delivery: next, says, provider, recipient: null } };
    case "postpone":
      if (provider === null) throw new TypeError("a slot is one of a provider");
      pacer.take(provider.id, id, now);
      return { writes, result: waiting };
    case "lookUp": {
      const asked = parts.providers.find((one) => one.id === next.attempts.at(-1)?.provider);
      if (asked === undefined) throw new TypeError("a look-up needs the provider that was asked");
      return { writes, result: { lookUp: next, provider: asked } };
    }
    case "drop":
    case "wait":
    case "fail":
      return endedBy(withDelivery(parts, rows, next, now));
    default:
      return unreachable(decision);
  }
}
