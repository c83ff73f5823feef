import {
  type OutgoingMessage,
  type Provider,
  providerTimeoutMs,
  renderText,
  route,
} from "../delivery/index.ts";
import { type Due, deliveryId, key } from "../store/index.ts";
import {
  answer,
  claim,
  type Delivery,
  type PendingVerification,
  type ProviderAnswer,
} from "../verification/index.ts";
import { addressOf } from "./address.ts";
import { codeOf } from "./code.ts";
import { type DeliveryUpdate, withDelivery } from "./delivery-updates.ts";
import type { EngineParts } from "./parts.ts";

export interface Dispatcher {
  /** Deliveries that were just committed: a hint that saves waiting for the next look at the outbox. */
  offer(deliveries: readonly Delivery[]): void;
  /** Looks for due deliveries and works on them; resolves when they are under way. */
  poll(): Promise<void>;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
  readonly inFlight: number;
}

const inFlightMax = 256;
const pollLimit = 2 * inFlightMax;

/** Works on the outbox: claims with a lease, calls the provider, and feeds its answer back (D-1 to D-8). */
export function createDispatcher(parts: EngineParts, owner: string): Dispatcher {
  /** What this node works on; the lease protects it from other nodes, this from itself. */
  const working = new Map<string, Promise<void>>();
  let overflowed = false;
  const idle: (() => void)[] = [];

  function work(due: Due): void {
    const id = deliveryId(due.verificationId, due.sequence);
    if (working.has(id)) return;
    if (working.size >= inFlightMax) {
      // The outbox is the queue: what does not fit is looked for there as soon as there is room.
      overflowed = true;
      return;
    }
    const done = deliver(parts, owner, due)
      .catch((cause: unknown) => {
        // Its lease runs out, and whoever looks then takes over.
        parts.log.error({ delivery: id, error: String(cause) }, "a delivery could not be worked on");
      })
      .then((started) => {
        working.delete(id);
        if (started !== undefined) offer(started);
        if (overflowed && working.size <= inFlightMax / 2) lookAgain();
        else if (working.size === 0) for (const resolve of idle.splice(0)) resolve();
      });
    working.set(id, done);
  }

  function offer(deliveries: readonly Delivery[]): void {
    const now = parts.clock.now();
    for (const delivery of deliveries) if (delivery.dueAt <= now) work(delivery);
  }

  function lookAgain(): void {
    poll().catch((cause: unknown) => {
      parts.log.warn({ error: String(cause) }, "the outbox could not be read; the next poll tries again");
    });
  }

  async function poll(): Promise<void> {
    if (working.size >= inFlightMax) return;
    overflowed = false;
    // What is under way is due as well until its claim is committed, so that a look must reach beyond it.
    const due = await parts.store.due("delivery", parts.clock.now(), pollLimit);
    for (const one of due) work(one);
  }

  return {
    offer,
    poll,
    settled: () => (working.size === 0 ? Promise.resolve() : new Promise((resolve) => idle.push(resolve))),
    get inFlight() {
      return working.size;
    },
  };
}

interface Claimed {
  readonly delivery: Delivery;
  readonly verification: PendingVerification;
  readonly provider: Provider;
}

/** One delivery, from claim to answer. Returns the deliveries that its failure started. */
async function deliver(parts: EngineParts, owner: string, due: Due): Promise<readonly Delivery[]> {
  const claimed = await claimOne(parts, owner, due);
  if ("started" in claimed) return claimed.started;
  const given = await callProvider(parts, claimed);
  parts.meter.count("deliveries", {
    provider: claimed.provider.id,
    channel: claimed.delivery.channel,
    answer: given.type,
  });
  const update = await writeAnswer(parts, claimed, given);
  return update?.started ?? [];
}

type ClaimResult = Claimed | { readonly started: readonly Delivery[] };

/** Commits `sending` before anything leaves (D-2), and looks once more whether it should leave at all (D-8). */
function claimOne(parts: EngineParts, owner: string, due: Due): Promise<ClaimResult> {
  const deliveryKey = key("delivery", deliveryId(due.verificationId, due.sequence));
  const verificationKey = key("verification", due.verificationId);
  const nothing: ClaimResult = { started: [] };
  return parts.store.update<ClaimResult>([verificationKey, deliveryKey], (rows, now) => {
    const delivery = rows.get(deliveryKey);
    if (delivery === undefined) return { writes: [], result: nothing };
    const stored = rows.get(verificationKey);
    const verification = stored?.status === "pending" && now < stored.endsAt ? stored : null;
    const { provider } = route(parts.providers, delivery.channel, delivery);
    const decision = claim(delivery, verification, provider?.id ?? null, owner, now);
    switch (decision.type) {
      case "nothing":
        return { writes: [], result: nothing };
      case "send": {
        if (provider === null || verification === null) throw new TypeError("a claim to send needs both");
        const result: ClaimResult = { delivery: decision.next, verification, provider };
        return { writes: [{ table: "delivery", id: deliveryKey.id, row: decision.next }], result };
      }
      case "drop":
      case "wait":
      case "fail":
        return withDelivery(parts, rows, decision.next, now);
      default:
        return unreachable(decision);
    }
  });
}

async function callProvider(parts: EngineParts, claimed: Claimed): Promise<ProviderAnswer> {
  const { provider } = claimed;
  const message = await compose(parts, claimed);
  // Whoever stood still after the claim may have lost the lease, or missed the deadline, without noticing (D-4, D-8).
  const { dueAt: leaseUntil, deadline } = claimed.delivery;
  if (parts.clock.now() >= Math.min(leaseUntil, deadline)) {
    return { type: "refused", kind: "notSent", reason: "not_sent_in_time" };
  }
  const timeout = new AbortController();
  const finished = new AbortController();
  const outOfTime = parts.clock.sleep(providerTimeoutMs, finished.signal).then((): ProviderAnswer => {
    // The wait also ends when the answer is there: then nothing is aborted.
    if (!finished.signal.aborted) timeout.abort("out of time");
    return { type: "unknown", detail: "no answer in time" };
  });
  try {
    return await Promise.race([provider.send(message, timeout.signal), outOfTime]);
  } catch (cause) {
    parts.log.error(
      { provider: provider.id, error: errorName(cause) },
      "a provider threw instead of answering",
    );
    return { type: "unknown", detail: "the provider failed" };
  } finally {
    // With a reason of our own: the default one is a DOMException with a stack, made for nobody on every delivery.
    finished.abort("answered");
  }
}

/** The text is made now, when it is sent; until here only (verification, step, generation) existed (D-1). */
async function compose(parts: EngineParts, { delivery, verification }: Claimed): Promise<OutgoingMessage> {
  const recipient = await parts.store.get(key("recipient", delivery.recipientId));
  if (recipient === undefined) throw new TypeError("a pending verification has a recipient");
  const code = codeOf(parts.keyring, verification);
  const leftMs = verification.codeExpiresAt - parts.clock.now();
  const text = renderText({
    channel: delivery.channel,
    code,
    brand: verification.brand,
    payment: verification.payment,
    minutes: Math.max(1, Math.round(leftMs / 60_000)),
  });
  return {
    reference: deliveryId(delivery.verificationId, delivery.sequence),
    channel: delivery.channel,
    to: addressOf(parts.keyring, recipient),
    text,
    code,
    locale: verification.locale,
    brand: verification.brand,
  };
}

function writeAnswer(
  parts: EngineParts,
  claimed: Claimed,
  given: ProviderAnswer,
): Promise<DeliveryUpdate | null> {
  const { verificationId, sequence, leaseEpoch } = claimed.delivery;
  const deliveryKey = key("delivery", deliveryId(verificationId, sequence));
  return parts.store.update<DeliveryUpdate | null>([deliveryKey], (rows, now) => {
    const delivery = rows.get(deliveryKey);
    if (delivery === undefined) return { writes: [], result: null };
    const answered = givenAnswer(parts, delivery, given);
    const next = answer(delivery, given, leaseEpoch, answered, now);
    if (next === null) return { writes: [], result: null };
    if (next.state === "accepted") {
      // The common case touches one row.
      const result = { delivery: next, verification: undefined, started: [] };
      return { writes: [{ table: "delivery", id: deliveryKey.id, row: next }], result };
    }
    return withDelivery(parts, rows, next, now);
  });
}

/** Whether another provider is left for this delivery once the answer is taken into account. */
function givenAnswer(parts: EngineParts, delivery: Delivery, given: ProviderAnswer): boolean {
  if (given.type !== "refused") return false;
  const rejecting = delivery.attempts.at(-1)?.provider;
  const others = parts.providers.filter((one) => one.id !== rejecting);
  const { provider } = route(others, delivery.channel, delivery);
  return provider !== null && !delivery.attempts.slice(0, -1).some((one) => one.provider === provider.id);
}

function errorName(cause: unknown): string {
  return cause instanceof Error ? cause.name : "unknown";
}

function unreachable(value: never): never {
  throw new TypeError(`unreachable: ${JSON.stringify(value)}`);
}
