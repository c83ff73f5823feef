import type { Channel } from "./channel.ts";
import { type Policy, verificationLifetimeMsMax } from "./policy.ts";
import { clockStepMaxMs } from "./verification.ts";

/** A pending verification, as far as a start must know it without reading its row. */
export interface PendingRef {
  readonly id: string;
  readonly serviceId: string;
  readonly purpose: string;
  readonly subject: string | null;
  readonly binding: string | null;
  readonly endsAt: number;
}

/** A subject or binding that succeeded before: it keeps a small reserve of guesses of its own while others are locked out. */
export interface KnownClaimant {
  /** Keyed digest. */
  readonly id: string;
  readonly provenAt: number;
  readonly wrongAt: readonly number[];
}

/**
 * One row per (tenant, recipient): the lock of the aggregate, and the exact counters that all verifications of the
 * recipient share (A-8, A-9, A-17, F-3, F-4).
 */
export interface Recipient {
  /** Blind index, tenant-scoped. */
  readonly id: string;
  readonly tenantId: string;
  /** The number or address, sealed (N-8). */
  readonly sealedAddress: string;
  /** Its newest verification, the head of the list that `previousId` goes on with. */
  readonly newestId: string | null;
  readonly pending: readonly PendingRef[];
  /** Wrong codes since the last success, oldest first. */
  readonly wrongAt: readonly number[];
  /** Sends of the last 24 hours, oldest first. */
  readonly sentAt: readonly number[];
  /** Asked-for sends since the last success: they decide how long the next must wait. */
  readonly askedSends: number;
  readonly lastAskedAt: number;
  readonly provenAt: number | null;
  readonly known: readonly KnownClaimant[];
  readonly lastSeenAt: number;
  /** When it last got a text; absent before the first (F-11). */
  readonly textedAt?: number;
  /** Calls of the last 24 hours, oldest first; absent before the first. */
  readonly calledAt?: readonly number[];
}

/** A recipient with its address, sealed to its row: whoever has both looks for neither and seals nothing anew. */
export type SealedRecipient = Pick<Recipient, "id" | "sealedAddress">;

const hourMs = 3_600_000;
const dayMs = 86_400_000;
const knownMax = 8;
/** Guesses a day that a known claimant keeps while the recipient is locked. */
export const reserveGuessesPerDay = 3;

export function newRecipient(id: string, tenantId: string, sealedAddress: string, now: number): Recipient {
  return {
    id,
    tenantId,
    sealedAddress,
    newestId: null,
    pending: [],
    wrongAt: [],
    sentAt: [],
    askedSends: 0,
    lastAskedAt: 0,
    provenAt: null,
    known: [],
    lastSeenAt: now,
  };
}

/**
 * A row that was written while the clock ran far ahead: what it says of times to come happened now, as far as anybody
 * can tell. Otherwise one jump of a clock would lock a number, and stop its messages, until those times really come.
 * All counts stay, so that the windows begin once more. To be written down: who only reads would always find them begun.
 */
export function withoutFuture(recipient: Recipient, now: number): Recipient {
  // Whatever is counted sets this as well.
  if (recipient.lastSeenAt <= now + clockStepMaxMs) return recipient;
  const past = (at: number): number => Math.min(at, now);
  return {
    ...recipient,
    wrongAt: recipient.wrongAt.map(past),
    sentAt: recipient.sentAt.map(past),
    ...(recipient.calledAt === undefined ? {} : { calledAt: recipient.calledAt.map(past) }),
    lastAskedAt: past(recipient.lastAskedAt),
    provenAt: recipient.provenAt === null ? null : past(recipient.provenAt),
    known: recipient.known.map((one) => ({
      ...one,
      provenAt: past(one.provenAt),
      wrongAt: one.wrongAt.map(past),
    })),
    lastSeenAt: now,
  };
}

/** When a sliding window of `max` events has room again; null when it has room now. */
function windowOpensAt(at: readonly number[], windowMs: number, max: number, now: number): number | null {
  const limiting = at.at(-max);
  if (limiting === undefined || now >= limiting + windowMs) return null;
  return limiting + windowMs;
}

function later(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}

/** Until when wrong codes lock the recipient for this claimant; null when a code may be compared. */
export function lockedUntil(
  recipient: Recipient,
  policy: Policy,
  claimants: readonly string[],
  now: number,
): number | null {
  const until = later(
    windowOpensAt(recipient.wrongAt, hourMs, policy.wrongPerHourMax, now),
    windowOpensAt(recipient.wrongAt, dayMs, policy.wrongPerDayMax, now),
  );
  if (until === null) return null;
  const reserve = recipient.known.find((known) => claimants.includes(known.id));
  if (reserve === undefined) return until;
  const reserveOpensAt = windowOpensAt(reserve.wrongAt, dayMs, reserveGuessesPerDay, now);
  return reserveOpensAt === null ? null : Math.min(until, reserveOpensAt);
}

/** Counts a wrong code: on the shared budget, or on a known claimant's reserve while that budget is spent. */
export function countWrong(
  recipient: Recipient,
  policy: Policy,
  claimants: readonly string[],
  now: number,
): Recipient {
  const locked = lockedUntil(recipient, policy, [], now) !== null;
  if (!locked) {
    const wrongAt = [...recipient.wrongAt.filter((at) => at > now - dayMs), now];
    return { ...recipient, wrongAt, lastSeenAt: now };
  }
  const known = recipient.known.map((one) =>
    claimants.includes(one.id)
      ? { ...one, wrongAt: [...one.wrongAt.slice(1 - reserveGuessesPerDay), now] }
      : one,
  );
  return { ...recipient, known, lastSeenAt: now };
}

/** A success, and nothing else, clears what was counted (A-8, C-08); the claimants become known. */
export function countSuccess(recipient: Recipient, claimants: readonly string[], now: number): Recipient {
  const others = recipient.known.filter((one) => !claimants.includes(one.id));
  const proven = claimants.map((id) => ({ id, provenAt: now, wrongAt: [] }));
  return {
    ...recipient,
    wrongAt: [],
    askedSends: 0,
    provenAt: now,
    known: [...others, ...proven].slice(-knownMax),
    lastSeenAt: now,
  };
}

/** The tenant opens a locked recipient early: wrong codes are forgotten, sends are not. */
export function unlock(recipient: Recipient): Recipient {
  return { ...recipient, wrongAt: [] };
}

/** When one more send would be within the day's limit; null when it is now. */
export function dailySendOpensAt(recipient: Recipient, policy: Policy, now: number): number | null {
  return windowOpensAt(recipient.sentAt, dayMs, policy.sendsPerDayMax, now);
}

/** When an asked-for send would have waited long enough (F-4); null when it has. */
export function askedSendOpensAt(recipient: Recipient, policy: Policy, now: number): number | null {
  if (recipient.askedSends === 0) return null;
  const wait = policy.resendWaitsMs[recipient.askedSends - 1] ?? policy.resendWaitsMs.at(-1) ?? 0;
  const opensAt = recipient.lastAskedAt + wait;
  return now >= opensAt ? null : opensAt;
}

export function countSend(recipient: Recipient, channel: Channel, asked: boolean, now: number): Recipient {
  return {
    ...recipient,
    sentAt: [...recipient.sentAt.filter((at) => at > now - dayMs), now],
    askedSends: asked ? recipient.askedSends + 1 : recipient.askedSends,
    lastAskedAt: asked ? now : recipient.lastAskedAt,
    lastSeenAt: now,
    ...(channel === "sms" ? { textedAt: now } : {}),
    ...(channel === "voice" ? { calledAt: [...callsOf(recipient, now), now] } : {}),
  };
}

function callsOf(recipient: Recipient, now: number): readonly number[] {
  return (recipient.calledAt ?? []).filter((at) => at > now - dayMs);
}

export function addPending(recipient: Recipient, ref: PendingRef, now: number): Recipient {
  const pending = recipient.pending.filter((one) => now < one.endsAt);
  return { ...recipient, newestId: ref.id, pending: [...pending, ref] };
}

export function removePending(recipient: Recipient, id: string): Recipient {
  if (!recipient.pending.some((ref) => ref.id === id)) return recipient;
  return { ...recipient, pending: recipient.pending.filter((ref) => ref.id !== id) };
}

/**
 * What expired needs no timer to be gone from here. What ends later than any verification of now began in a time that
 * has not come: it stays listed, since a clock that is right again may show it once more, but nobody goes on with it.
 */
export function livePending(recipient: Recipient, now: number): readonly PendingRef[] {
  const isLive = (ref: PendingRef): boolean =>
    now < ref.endsAt && ref.endsAt <= now + verificationLifetimeMsMax + clockStepMaxMs;
  return recipient.pending.every(isLive) ? recipient.pending : recipient.pending.filter(isLive);
}
