import type { SettledVerification, Verification } from "./verification.ts";

/** How long after the approval a ticket can be redeemed (W-14). Nothing prolongs it: it counts from the approval. */
export const ticketLifetimeMs = 60_000;

/**
 * The verification that a ticket stands for, if it may be redeemed now: approved by a right code, not long ago, and
 * not redeemed before. A verification has one ticket, and so one redemption, however often the ticket was shown.
 */
export function redeemable(
  verification: Verification | undefined,
  isRedeemed: boolean,
  now: number,
): SettledVerification | null {
  if (verification === undefined || verification.status !== "approved") return null;
  if (verification.settledByTenant || isRedeemed) return null;
  return now < verification.settledAt + ticketLifetimeMs ? verification : null;
}
