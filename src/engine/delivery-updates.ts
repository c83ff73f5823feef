import { deliveryId, type Key, key, type Rows, type UpdateDecision, type Write } from "../store/index.ts";
import {
  type Delivery,
  decide,
  mayArrive,
  type Recipient,
  type Verification,
} from "../verification/index.ts";
import type { EngineParts } from "./parts.ts";

/** What an update of a delivery leaves behind: itself, and what its failure set in motion. */
export interface DeliveryUpdate {
  readonly delivery: Delivery;
  readonly verification: Verification | undefined;
  /** Deliveries of the step that this one's failure started. */
  readonly started: readonly Delivery[];
}

/**
 * Writes a delivery's new state and, where it failed for good, what follows from that for its verification, in the
 * same transaction: a crash between the two would lose the next step.
 */
export function withDelivery(
  parts: EngineParts,
  rows: Rows,
  next: Delivery,
  now: number,
): UpdateDecision<DeliveryUpdate> {
  const verificationKey = key("verification", next.verificationId);
  if (!rows.has(verificationKey)) return { need: [verificationKey] };
  const verification = rows.get(verificationKey);
  const write = toWrite(next);
  if (next.state !== "failed" || verification?.status !== "pending") {
    return { writes: [write], result: { delivery: next, verification, started: [] } };
  }
  const others = otherKeys(verification, next);
  const recipientKey = key("recipient", verification.recipientId);
  const missing: Key[] = [recipientKey, ...others].filter((one) => !rows.has(one));
  if (missing.length > 0) return { need: missing };
  const recipient = rows.get(recipientKey);
  if (recipient === undefined)
    return { writes: [write], result: { delivery: next, verification, started: [] } };
  return withFailure(parts, { rows, next, verification, recipient, others }, now);
}

interface Failure {
  readonly rows: Rows;
  readonly next: Delivery;
  readonly verification: Verification;
  readonly recipient: Recipient;
  readonly others: readonly Key<"delivery">[];
}

function withFailure(parts: EngineParts, failure: Failure, now: number): UpdateDecision<DeliveryUpdate> {
  const { rows, next, verification, recipient, others } = failure;
  const othersMayArrive = others.some((one) => {
    const other = rows.get(one);
    return other !== undefined && mayArrive(other);
  });
  const command = {
    type: "deliveryFailed",
    step: next.step,
    othersMayArrive,
    codeKeyId: parts.keyring.currentId,
  } as const;
  const decision = decide({ recipient, verification }, command, now);
  const writes: Write[] = [toWrite(next), ...decision.deliveries.map(toWrite)];
  if (decision.recipient !== recipient) {
    writes.push({ table: "recipient", id: recipient.id, row: decision.recipient });
  }
  if (decision.verification !== null && decision.verification !== verification) {
    writes.push({ table: "verification", id: verification.id, row: decision.verification });
  }
  const after = decision.verification ?? verification;
  return { writes, result: { delivery: next, verification: after, started: decision.deliveries } };
}

function toWrite(delivery: Delivery): Write {
  return { table: "delivery", id: deliveryId(delivery.verificationId, delivery.sequence), row: delivery };
}

function otherKeys(verification: Verification, next: Delivery): Key<"delivery">[] {
  const sequences = Array.from({ length: verification.sends }, (_, index) => index + 1);
  return sequences
    .filter((sequence) => sequence !== next.sequence)
    .map((sequence) => key("delivery", deliveryId(verification.id, sequence)));
}
