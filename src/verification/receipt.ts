import { answerLast, close, type Delivery } from "./delivery.ts";
import { unreachable } from "./unreachable.ts";

/** What a provider says later about a message. */
export type ReceiptStatus = "sent" | "delivered" | "failed";

/**
 * Moves a delivery along the lattice queued < sent < failed < delivered (D-12): duplicates and late receipts change
 * nothing, their order neither, and an unknown answer is settled by the receipt that arrives for it (D-3).
 */
export function receive(
  delivery: Delivery,
  status: ReceiptStatus,
  providerMessageId: string | null,
): Delivery {
  switch (delivery.state) {
    case "delivered":
    case "dropped":
      return delivery;
    case "queued":
      return status === "failed" ? delivery : adoptedByEarlier(delivery, status, providerMessageId);
    case "failed":
      return status === "delivered" && wasFailedByReceipt(delivery) ? close(delivery, "delivered") : delivery;
    case "accepted":
      if (status === "sent" || isAboutAnother(delivery, providerMessageId)) return delivery;
      return status === "failed" ? failedAccepted(delivery) : close(delivery, status);
    case "sending":
    case "unconfirmed":
    case "unknown":
      if (status === "sent" && isKnownFailed(delivery, providerMessageId)) return delivery;
      return status === "failed"
        ? failedUnanswered(delivery, providerMessageId)
        : close(
            answerLast(delivery, { answer: "accepted", providerMessageId }),
            status === "delivered" ? "delivered" : "accepted",
          );
    default:
      return unreachable(delivery.state);
  }
}

/**
 * What waits to be tried again, after an answer that nobody knew and one that refused, has arrived all the same: a second
 * message would be one too many.
 */
function adoptedByEarlier(
  delivery: Delivery,
  status: "sent" | "delivered",
  providerMessageId: string | null,
): Delivery {
  const index = delivery.attempts.findLastIndex((one) => one.answer === "unknown");
  const unknown = delivery.attempts[index];
  if (unknown === undefined) return delivery;
  const adopted = { ...unknown, answer: "accepted", providerMessageId, reason: null } as const;
  const attempts = delivery.attempts.with(index, adopted);
  return close({ ...delivery, attempts }, status === "delivered" ? "delivered" : "accepted");
}

/** A provider that refused a message does not deliver it later; a receipt that said failed can be overtaken (D-10). */
function wasFailedByReceipt(delivery: Delivery): boolean {
  const last = delivery.attempts.at(-1);
  return last?.answer === "accepted" || last?.reason === "receipt_failed";
}

/** Whether the receipt names another message than the accepted one: that of an earlier attempt (D-10). */
function isAboutAnother(delivery: Delivery, providerMessageId: string | null): boolean {
  const known = delivery.attempts.at(-1)?.providerMessageId ?? null;
  return known !== null && providerMessageId !== null && known !== providerMessageId;
}

/** The code of an earlier attempt whose answer nobody knows may still arrive: then it is not over (D-9). */
function failedAccepted(delivery: Delivery): Delivery {
  const mayArrive = delivery.attempts.some((one) => one.answer === "unknown" || one.answer === "none");
  if (!mayArrive) return close(delivery, "failed");
  return close(answerLast(delivery, { answer: "rejected", reason: "receipt_failed" }), "unconfirmed");
}

/** A receipt that is older than the one that said failed. */
function isKnownFailed(delivery: Delivery, providerMessageId: string | null): boolean {
  const last = delivery.attempts.at(-1);
  return last?.reason === "receipt_failed" && last.providerMessageId === providerMessageId;
}

/** With several attempts nobody can tell which of them failed, and another one may still arrive. */
function failedUnanswered(delivery: Delivery, providerMessageId: string | null): Delivery {
  if (delivery.attempts.length > 1) return delivery;
  return close(
    answerLast(delivery, { answer: "rejected", reason: "receipt_failed", providerMessageId }),
    "failed",
  );
}
