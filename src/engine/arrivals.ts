import type { Provider, Router, Sent } from "../delivery/index.ts";
import { deliveryId, key } from "../store/index.ts";
import type { Delivery, Verification } from "../verification/index.ts";
import type { EngineParts } from "./parts.ts";

/**
 * Looks what became of messages that carriers took. From the rows, since receipts and codes may reach another node
 * than the one that sent; of a sample where there are many.
 */
export interface ArrivalWatch {
  sent(delivery: Delivery, provider: Provider, now: number): void;
  /** Looks at those whose time is over. */
  look(): Promise<void>;
}

interface Waiting {
  readonly verificationId: string;
  readonly sequence: number;
  readonly sent: Sent;
}

/** Receipts come within seconds, codes within a minute or two. */
const receiptMs = 60_000;
const approvalMs = 120_000;
/** Messages that are waited for at a time: what leaves beyond them is not looked at. */
const waitingMax = 2_000;
const looksMax = 200;

export function createArrivalWatch(parts: EngineParts, router: Router): ArrivalWatch {
  const { clock, store } = parts;
  const receipts: Waiting[] = [];
  const approvals: Waiting[] = [];

  function dueOf(queue: Waiting[], ageMs: number): readonly Waiting[] {
    const before = clock.now() - ageMs;
    const young = queue.findIndex((one) => one.sent.at > before);
    return queue.splice(0, Math.min(young === -1 ? queue.length : young, looksMax));
  }

  async function lookForReceipt({ verificationId, sequence, sent }: Waiting): Promise<void> {
    const delivery = await store.get(key("delivery", deliveryId(verificationId, sequence)));
    if (delivery === undefined) return;
    router.standings.arrived(sent, "receipts", delivery.state === "delivered", clock.now());
  }

  async function lookForApproval({ verificationId, sequence, sent }: Waiting): Promise<void> {
    const verification = await store.get(key("verification", verificationId));
    const isApproved = verification === undefined ? null : approvedBy(verification, sequence);
    if (isApproved !== null) router.standings.arrived(sent, "approvals", isApproved, clock.now());
  }

  return {
    sent({ verificationId, sequence, channel, destination }, { id, capabilities }, now) {
      const sent: Sent = { carrier: id, channel, region: destination?.region, at: now };
      const waiting: Waiting = { verificationId, sequence, sent };
      if (capabilities.receipts && receipts.length < waitingMax) receipts.push(waiting);
      if (approvals.length < waitingMax) approvals.push(waiting);
    },
    async look() {
      const looks = [
        ...dueOf(receipts, receiptMs).map(lookForReceipt),
        ...dueOf(approvals, approvalMs).map(lookForApproval),
      ];
      await Promise.all(looks);
    },
  };
}

/** Null where nothing follows. Whoever asked for another message did not get this one, or not in time. */
function approvedBy(verification: Verification, sequence: number): boolean | null {
  if (verification.status === "canceled") return null;
  return verification.status === "approved" && verification.sends === sequence;
}
