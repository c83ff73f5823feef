/** Wrong answers in a row, and until when nothing is compared because of them. */
export interface Failures {
  readonly inRow: number;
  readonly lockedUntil: number | null;
}

/** How many wrong answers are free, and how the waits grow after them. */
export interface Waits {
  readonly freeMax: number;
  readonly firstMs: number;
  readonly mostMs: number;
}

/** Of all second authenticators of a subscriber together (T-5, L-4). */
export const authenticatorWaits: Waits = { freeMax: 5, firstMs: 60_000, mostMs: 3_600_000 };

/** Of a password: shorter, since a stranger who knows a user name can bring them about. */
export const passwordWaits: Waits = { freeMax: 5, firstMs: 30_000, mostMs: 900_000 };

export const noFailures: Failures = { inRow: 0, lockedUntil: null };

/** Until when it is locked; null when it is open. */
export function lockedUntil(failures: Failures, now: number): number | null {
  return failures.lockedUntil !== null && now < failures.lockedUntil ? failures.lockedUntil : null;
}

/** One more: from the last free one on, each locks for twice as long as the one before. */
export function oneMore(failures: Failures, waits: Waits, now: number): Failures {
  const inRow = failures.inRow + 1;
  if (inRow < waits.freeMax) return { inRow, lockedUntil: null };
  // 2 ** 30 of the shortest wait is beyond every bound already.
  const doublings = Math.min(inRow - waits.freeMax, 30);
  return { inRow, lockedUntil: now + Math.min(waits.firstMs * 2 ** doublings, waits.mostMs) };
}
