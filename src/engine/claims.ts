import { type Backlog, type OpensAt, type Pacer, type Provider, route } from "../delivery/index.ts";
import { type Due, deliveryId, type Key, key, type Rows, type UpdateDecision } from "../store/index.ts";
import {
  type ClaimDecision,
  type ClaimTerms,
  claim,
  type Delivery,
  isOpen,
  type PendingVerification,
  unreachable,
  type Verification,
} from "../verification/index.ts";
import type { Admit } from "./admission.ts";
import { withDelivery } from "./delivery-updates.ts";
import type { EngineParts } from "./parts.ts";
import type { Claimed } from "./provider-call.ts";

/** What one delivery is worked on with. */
export interface Desk {
  readonly parts: EngineParts;
  readonly owner: string;
  readonly pacer: Pacer;
  readonly backlog: Backlog;
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
  const { parts, owner, pacer } = desk;
  const opensAt: OpensAt = (one) => pacer.opensAt(one.id, "", now);
  const { provider } = route(parts.providers, delivery.channel, delivery, opensAt, now);
  const terms = termsOf(parts, delivery, provider, opensAt);
  const decision = claim(delivery, verification, provider?.id ?? null, owner, now, terms);
  return decision.type === "send" ? decision.next : delivery;
}

/** What this node claimed when it was made, ready to be sent; undefined for all others. */
export function claimedAtBirth(
  { parts, owner }: Desk,
  delivery: Delivery,
  verification: Verification | null | undefined,
): Claimed | undefined {
  if (delivery.state !== "sending" || delivery.leaseOwner !== owner) return undefined;
  const provider = parts.providers.find((one) => one.id === delivery.attempts.at(-1)?.provider);
  if (provider === undefined || verification?.status !== "pending") return undefined;
  return { delivery, verification, provider };
}

export interface LookingUp {
  readonly lookUp: Delivery;
  readonly provider: Provider;
}

interface NotNow {
  /** Whether it comes back to its slot. */
  readonly waits: boolean;
  readonly started: readonly Delivery[];
}

type ClaimResult = Claimed | LookingUp | NotNow;

const over: NotNow = { waits: false, started: [] };
const waiting: NotNow = { waits: true, started: [] };

/** Commits `sending` before anything leaves (D-2), and looks once more whether it should leave at all (D-8). */
export function claimOne(desk: Desk, due: Due): Promise<ClaimResult> {
  const { parts, owner } = desk;
  const deliveryKey = key("delivery", deliveryId(due.verificationId, due.sequence));
  const verificationKey = key("verification", due.verificationId);
  return parts.store.update<ClaimResult>([verificationKey, deliveryKey], (rows, now) => {
    const delivery = rows.get(deliveryKey);
    if (delivery === undefined) return { writes: [], result: over };
    const stored = rows.get(verificationKey);
    const verification = stored?.status === "pending" && now < stored.endsAt ? stored : null;
    const opensAt: OpensAt = (one) => desk.pacer.opensAt(one.id, deliveryKey.id, now);
    const { provider } = route(parts.providers, delivery.channel, delivery, opensAt, now);
    const terms = termsOf(parts, delivery, provider, opensAt);
    const decision = claim(delivery, verification, provider?.id ?? null, owner, now, terms);
    if (decision.type === "nothing") {
      return { writes: [], result: isOpen(delivery) ? waiting : over };
    }
    return afterClaim(desk, { rows, deliveryKey, verification, provider }, decision, now);
  });
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
  readonly verification: PendingVerification | null;
  readonly provider: Provider | null;
}

function afterClaim(
  { parts, pacer }: Desk,
  { rows, deliveryKey: { id }, verification, provider }: ClaimScene,
  decision: Exclude<ClaimDecision, { type: "nothing" }>,
  now: number,
): UpdateDecision<ClaimResult> {
  const { next } = decision;
  const writes = [{ table: "delivery", id, row: next }] as const;
  switch (decision.type) {
    case "send":
      if (provider === null || verification === null) throw new TypeError("a claim to send needs both");
      pacer.take(provider.id, id, now);
      return { writes, result: { delivery: next, verification, provider } };
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
    case "fail": {
      const update = withDelivery(parts, rows, next, now);
      return "need" in update ? update : { ...update, result: { ...over, started: update.result.started } };
    }
    default:
      return unreachable(decision);
  }
}
