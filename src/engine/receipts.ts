import { deliveryId, key } from "../store/index.ts";
import { type Delivery, type ReceiptStatus, receive } from "../verification/index.ts";
import { type DeliveryUpdate, withDelivery } from "./delivery-updates.ts";
import type { EngineParts } from "./parts.ts";

/** What a provider says later about a delivery, joined by the reference that it was given (D-3, D-12). */
export interface Receipt {
  readonly reference: string;
  readonly status: ReceiptStatus;
  readonly providerMessageId: string | null;
  /** What the carrier charges, in millionths of the operator's currency; absent where it does not say. */
  readonly cost?: number;
}

/** What a receipt changed. */
export interface ReceiptUpdate extends DeliveryUpdate {
  readonly isNewlyDelivered: boolean;
  /** How much more than the price table said is to be paid; below zero where it is less (F-9). */
  readonly owed: number;
}

/** Applies a receipt; null when it changes nothing, or belongs to nothing we sent. */
export function applyReceipt(parts: EngineParts, receipt: Receipt): Promise<ReceiptUpdate | null> {
  const reference = parseReference(receipt.reference);
  if (reference === null) return Promise.resolve(null);
  const deliveryKey = key("delivery", deliveryId(reference.verificationId, reference.sequence));
  return parts.store.update<ReceiptUpdate | null>([deliveryKey], (rows, now) => {
    const delivery: Delivery | undefined = rows.get(deliveryKey);
    if (delivery === undefined) return { writes: [], result: null };
    const moved = receive(delivery, receipt.status, receipt.providerMessageId);
    const { settled, owed } = settleCost(parts, moved, receipt);
    if (settled === delivery) return { writes: [], result: null };
    const update = withDelivery(parts, rows, settled, now);
    if ("need" in update) return update;
    const isNewlyDelivered = settled.state === "delivered" && delivery.state !== "delivered";
    return { writes: update.writes, result: { ...update.result, isNewlyDelivered, owed } };
  });
}

/** The price of the table was an estimate: what the carrier says holds, and is said once. */
function settleCost(
  { providers }: EngineParts,
  delivery: Delivery,
  { status, providerMessageId, cost }: Receipt,
): { readonly settled: Delivery; readonly owed: number } {
  const index = delivery.attempts.findLastIndex(
    (one) =>
      one.cost !== undefined &&
      (providerMessageId === null ||
        one.providerMessageId === null ||
        one.providerMessageId === providerMessageId),
  );
  const attempt = delivery.attempts[index];
  if (attempt?.cost === undefined) return { settled: delivery, owed: 0 };
  const isFree =
    status === "failed" && providers.find((one) => one.id === attempt.provider)?.failedIsFree === true;
  const actual = cost ?? (isFree ? 0 : attempt.cost);
  if (actual === attempt.cost) return { settled: delivery, owed: 0 };
  const attempts = delivery.attempts.with(index, { ...attempt, cost: actual });
  return { settled: { ...delivery, attempts }, owed: actual - attempt.cost };
}

const referencePattern = /^([0-9a-f-]{36})\.([1-9][0-9]{0,2})$/;

function parseReference(reference: string): { verificationId: string; sequence: number } | null {
  const match = referencePattern.exec(reference);
  if (match === null) return null;
  return { verificationId: match[1] ?? "", sequence: Number(match[2]) };
}
