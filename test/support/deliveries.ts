import { type Delivery, type DeliveryAttempt, leaseMs } from "../../src/verification/index.ts";
import { deliveryRow, t0 } from "./rows.ts";

/** One call of provider `a`, not answered yet. */
export function attempt(change: Partial<DeliveryAttempt> = {}): DeliveryAttempt {
  const none = { answer: "none", providerMessageId: null, reason: null, possibleDuplicate: false } as const;
  return { provider: "a", at: t0, ...none, ...change };
}

/** A delivery that is under way, with these calls so far. */
export function sending(...attempts: DeliveryAttempt[]): Delivery {
  const made = attempts.length === 0 ? [attempt()] : attempts;
  return deliveryRow({
    state: "sending",
    dueAt: t0 + leaseMs,
    leaseOwner: "node-1",
    leaseEpoch: made.length,
    attempts: made,
  });
}
