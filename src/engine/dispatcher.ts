import { type OpensAt, restOf, type Segments, signOf } from "../delivery/index.ts";
import { priceOf } from "../guard/index.ts";
import { type Due, deliveryId, key } from "../store/index.ts";
import {
  answer,
  answerLast,
  type Delivery,
  type DeliveryAttempt,
  isOpen,
  leaseMs,
  lookedUp,
  mayArrive,
} from "../verification/index.ts";
import type { Admit } from "./admission.ts";
import { claimedAtBirth, claimNewWith, claimOne, type Desk, type LookingUp, type Made } from "./claims.ts";
import { type DeliveryUpdate, withDelivery } from "./delivery-updates.ts";
import { payerOf } from "./guard-purse.ts";
import type { EngineParts } from "./parts.ts";
import { type Called, type Claimed, callLookup, callProvider } from "./provider-call.ts";
import { createRoom } from "./room.ts";
import { createSlotClock } from "./slot-clock.ts";

export interface Dispatcher {
  /**
   * Claims what a decision wants to send in the decision's own transaction: the intent is durable before the call all
   * the same (D-2), and one commit serves for both.
   */
  readonly claimNew: Admit;
  /**
   * Deliveries that were just committed, with the rows as they were then: a hint that saves waiting for the next
   * look at the outbox, and where they were claimed already, the work itself.
   */
  offer(deliveries: readonly Delivery[], made?: Made): void;
  /** Looks for due deliveries and works on them; resolves when they are under way. */
  poll(): Promise<void>;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
  /** Takes up nothing more but what is claimed, and forgets the slots that it waits for: the rest stays in the outbox. */
  halt(): void;
  readonly inFlight: number;
}

/** One carrier has half of it at the most. */
const inFlightMax = 512;
const pollLimit = inFlightMax;
const unknownRows: Made = { verification: null, recipient: null };

/** Works on the outbox: claims with a lease, calls the provider, and feeds its answer back (D-1 to D-8). */
// house: size: one loop over the outbox, each step of it a few lines
export function createDispatcher(
  parts: EngineParts,
  owner: string,
  works: Omit<Desk, "parts" | "owner" | "room">,
): Dispatcher {
  const { pacer } = works;
  const room = createRoom(inFlightMax, () => {
    overflowed = true;
  });
  const desk: Desk = { parts, owner, room, ...works };
  const noteUnread = (cause: unknown): void =>
    parts.log.warn({ error: String(cause) }, "the outbox could not be read; the next poll tries again");
  const slots = createSlotClock(parts, pacer, work);
  /** What this node works on; the lease protects it from other nodes, this from itself. */
  const working = new Set<string>();
  let overflowed = false;
  let isHalted = false;
  let orphansLeft = parts.store.isExclusive === true;
  const idle: (() => void)[] = [];
  const rest = (): void => {
    if (working.size === 0) for (const resolve of idle.splice(0)) resolve();
  };

  function work(due: Due, claimed?: Claimed): void {
    const id = deliveryId(due.verificationId, due.sequence);
    if (working.has(id)) return;
    // What is claimed is leased to this node and to no other: it cannot wait for room.
    if (claimed !== undefined) room.enter(id, claimed.provider.id);
    else if (isHalted) return;
    else if (working.size >= inFlightMax || !room.mayTry(id)) {
      // The outbox is the queue: what does not fit is looked for there as soon as there is room.
      overflowed = true;
      return;
    }
    working.add(id);
    void deliver(desk, due, claimed)
      .catch((cause: unknown) => {
        // Its lease runs out, and whoever looks then takes over.
        parts.log.error({ delivery: id, error: String(cause) }, "a delivery could not be worked on");
      })
      .then((started) => {
        working.delete(id);
        room.leave(id);
        if (started !== undefined) offer(started);
        if (pacer.isPaced) slots.set();
        const isLooking = overflowed && !isHalted && working.size <= inFlightMax / 4;
        return isLooking ? poll().catch(noteUnread) : undefined;
      })
      .then(rest);
  }

  function offer(deliveries: readonly Delivery[], made: Made = unknownRows): void {
    const now = parts.clock.now();
    for (const delivery of deliveries) {
      const claimed = claimedAtBirth(desk, delivery, made);
      if (claimed !== undefined || delivery.dueAt <= now) work(delivery, claimed);
    }
  }

  async function poll(): Promise<void> {
    if (working.size >= inFlightMax) return;
    overflowed = false;
    const reachMs = orphansLeft ? leaseMs : 0;
    // What is under way is due as well until its claim is committed, so that a look must reach beyond it.
    const now = parts.clock.now();
    // Behind what waits for a carrier that hangs may stand what another one takes.
    const limit = pollLimit + room.look(now);
    const due = await parts.store.due("delivery", now + reachMs, limit);
    // The leases of a process that died need not run out where nobody else can hold one.
    orphansLeft &&= due.length === limit;
    for (const one of due) work(one);
  }

  return {
    claimNew: claimNewWith(desk, () => working.size < inFlightMax),
    offer,
    poll,
    halt() {
      isHalted = true;
      slots.halt();
    },
    settled: () => (working.size === 0 ? Promise.resolve() : new Promise((resolve) => idle.push(resolve))),
    get inFlight() {
      return working.size;
    },
  };
}

/** One delivery, from claim to answer. Returns the deliveries that its failure started. */
async function deliver(desk: Desk, due: Due, born?: Claimed): Promise<readonly Delivery[]> {
  const { parts, pacer, backlog } = desk;
  const id = deliveryId(due.verificationId, due.sequence);
  const claimed = born ?? (await claimOne(desk, due));
  if (pacer.isPaced) backlog.arrived(id);
  if ("lookUp" in claimed) return await lookUp(desk, due, claimed);
  if (!("provider" in claimed)) {
    if (!claimed.waits) pacer.release(id);
    releaseMoney(desk, claimed.closed);
    return claimed.started;
  }
  pacer.used(id);
  const { delivery, provider } = claimed;
  const isCharged = chargeSecond(desk, delivery);
  const called = await callAndJudge(desk, claimed, id);
  const given = called.answer;
  if (isCharged && given.type === "refused") releaseSecond(desk, delivery);
  parts.meter.count("deliveries", { provider: provider.id, channel: delivery.channel, answer: given.type });
  if (delivery.attempts.at(-1)?.possibleDuplicate === true) {
    parts.meter.count("sends_possible_duplicate", { provider: provider.id, channel: delivery.channel });
  }
  const update = await writeAnswer(desk, claimed, called);
  if (update !== null && given.type !== "refused") noteTaken(desk, claimed, update.delivery, given.type);
  releaseMoney(desk, update?.delivery);
  return update?.started ?? [];
}

/** One call, which also tells how its carrier does. */
async function callAndJudge({ parts, router }: Desk, claimed: Claimed, id: string): Promise<Called> {
  const { standings } = router;
  const { channel } = claimed.delivery;
  standings.began(claimed.provider, channel, id, parts.clock.now());
  const called = await callProvider(parts, router, claimed);
  const { answer: given } = called;
  standings.ended(claimed.provider, channel, id, signOf(given), parts.clock.now(), restOf(given));
  return called;
}

/** A carrier has it, or may have: from here on it costs what this carrier takes, and is looked for. */
function noteTaken(
  { arrivals, guard, parts, totals }: Desk,
  { delivery, provider }: Claimed,
  written: Delivery,
  answered: "accepted" | "unknown",
): void {
  totals.accepted(written);
  if (answered === "accepted") arrivals?.sent(delivery, provider, parts.clock.now());
  const paid = written.attempts.at(-1)?.cost;
  const { guard: decision } = delivery;
  if (guard === null || decision === undefined || paid === undefined || paid >= decision.cost) return;
  // What was held is the price of the dearest carrier that might have taken it.
  const { at } = written.attempts.at(-1) ?? delivery.attempts[0] ?? { at: delivery.createdAt };
  const heldAt = delivery.attempts.length > 1 ? at : delivery.createdAt;
  guard.release(payerOf(delivery), { cost: decision.cost - paid, pool: decision.pool }, heldAt);
}

/** What nobody took costs nothing. */
function releaseMoney({ guard }: Desk, delivery: Delivery | undefined): void {
  if (guard === null || delivery?.guard?.verdict !== "allow" || mayArrive(delivery)) return;
  guard.release(payerOf(delivery), delivery.guard, delivery.createdAt);
}

/**
 * What is sent again because nobody knows whether it arrived is paid for again, whatever refused it in between (D-6). True
 * where it was.
 */
function chargeSecond({ guard }: Desk, delivery: Delivery): boolean {
  const { attempts, guard: decision } = delivery;
  if (guard === null || decision === undefined) return false;
  const mayHaveLeft = attempts.slice(0, -1).some(({ answer: one }) => one === "unknown" || one === "none");
  if (mayHaveLeft) guard.charge(payerOf(delivery), decision);
  return mayHaveLeft;
}

/** The second message did not leave. */
function releaseSecond({ guard }: Desk, delivery: Delivery): void {
  if (guard === null || delivery.guard === undefined) return;
  guard.release(payerOf(delivery), delivery.guard, delivery.attempts.at(-1)?.at ?? delivery.createdAt);
}

/** Adopts what the provider has, or goes on to the one resend at once (D-6). */
async function lookUp(
  desk: Desk,
  due: Due,
  { lookUp: asked, provider }: LookingUp,
): Promise<readonly Delivery[]> {
  const { parts } = desk;
  const deliveryKey = key("delivery", deliveryId(due.verificationId, due.sequence));
  const given = await callLookup(parts, provider, deliveryKey.id);
  const goesOn = await parts.store.update<boolean>([deliveryKey], (rows, now) => {
    const delivery = rows.get(deliveryKey);
    const next = delivery === undefined ? null : lookedUp(delivery, given, asked.leaseEpoch, now);
    if (next === null) return { writes: [], result: false };
    return { writes: [{ table: "delivery", id: deliveryKey.id, row: next }], result: isOpen(next) };
  });
  return goesOn ? await deliver(desk, due) : [];
}

function writeAnswer(
  { pacer, parts, router }: Desk,
  claimed: Claimed,
  { answer: given, segments }: Called,
): Promise<DeliveryUpdate | null> {
  const { verificationId, sequence, leaseEpoch } = claimed.delivery;
  const deliveryKey = key("delivery", deliveryId(verificationId, sequence));
  return parts.store.update<DeliveryUpdate | null>([deliveryKey], (rows, now) => {
    const delivery = rows.get(deliveryKey);
    if (delivery === undefined) return { writes: [], result: null };
    const opensAt: OpensAt = (one) => pacer.opensAt(one.id, deliveryKey.id, now);
    const answered = answer(
      delivery,
      given,
      leaseEpoch,
      router.hasAlternative(delivery, deliveryKey.id, given, opensAt, now),
      now,
    );
    if (answered === null) return { writes: [], result: null };
    const sized = segments === null ? answered : { ...answered, ...sizeOf(segments) };
    const next = given.type === "refused" ? sized : answerLast(sized, priceFor(parts, claimed, segments));
    if (next.state === "accepted") {
      // The common case touches one row.
      const result = { delivery: next, verification: undefined, started: [] };
      return { writes: [{ table: "delivery", id: deliveryKey.id, row: next }], result };
    }
    return withDelivery(parts, rows, next, now);
  });
}

/** Nothing where nothing costs anything. */
function priceFor(
  { guard }: EngineParts,
  { delivery, provider }: Claimed,
  segments: Segments | null,
): Pick<DeliveryAttempt, "cost"> {
  const { channel, destination } = delivery;
  if (guard === undefined || channel === "email") return {};
  const region = destination?.region ?? "";
  return { cost: priceOf(guard.prices, region, channel, segments?.count ?? 1, provider.id) };
}

/** What an SMS costs is kept: the text itself is not. */
function sizeOf({ encoding, count }: Segments): Pick<Delivery, "encoding" | "segments"> {
  return { encoding, segments: count };
}
