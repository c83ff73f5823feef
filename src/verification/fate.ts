import type { Delivery } from "./delivery.ts";

/** How a message fares, as far as all vendors tell it apart. */
export type Fate =
  | "queued"
  | "sending"
  | "sent"
  | "delivered"
  /** No carrier took it. */
  | "refused"
  /** A carrier took it, and said later that it did not arrive. */
  | "failed"
  | "unconfirmed"
  | "expired";

export function fateOf({ state, attempts }: Delivery): Fate {
  switch (state) {
    case "queued":
      return attempts.length === 0 ? "queued" : "sending";
    case "sending":
    case "unknown":
      return "sending";
    case "accepted":
      return "sent";
    case "failed":
      return attempts.some((one) => one.answer === "accepted") ? "failed" : "refused";
    case "dropped":
      return "expired";
    default:
      return state;
  }
}

/** When a carrier took it; null before. */
export function sentAt({ attempts }: Delivery): number | null {
  return attempts.findLast((one) => one.answer === "accepted")?.at ?? null;
}
