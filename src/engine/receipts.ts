import { deliveryId, key } from "../store/index.ts";
import { type Delivery, type ReceiptStatus, receive } from "../verification/index.ts";
import { type DeliveryUpdate, withDelivery } from "./delivery-updates.ts";
import type { EngineParts } from "./parts.ts";

/** What a provider says later about a delivery, joined by the reference that it was given (D-3, D-12). */
export interface Receipt {
  readonly reference: string;
  readonly status: ReceiptStatus;
  readonly providerMessageId: string | null;
}

/** Applies a receipt; null when it changes nothing, or belongs to nothing we sent. */
export function applyReceipt(parts: EngineParts, receipt: Receipt): Promise<DeliveryUpdate | null> {
  const reference = parseReference(receipt.reference);
  if (reference === null) return Promise.resolve(null);
  const deliveryKey = key("delivery", deliveryId(reference.verificationId, reference.sequence));
  return parts.store.update<DeliveryUpdate | null>([deliveryKey], (rows, now) => {
    const delivery: Delivery | undefined = rows.get(deliveryKey);
    if (delivery === undefined) return { writes: [], result: null };
    const next = receive(delivery, receipt.status, receipt.providerMessageId);
    if (next === delivery) return { writes: [], result: null };
    return withDelivery(parts, rows, next, now);
  });
}

const referencePattern = /^([0-9a-f-]{36})\.([1-9][0-9]{0,2})$/;

function parseReference(reference: string): { verificationId: string; sequence: number } | null {
  const match = referencePattern.exec(reference);
  if (match === null) return null;
  return { verificationId: match[1] ?? "", sequence: Number(match[2]) };
}
