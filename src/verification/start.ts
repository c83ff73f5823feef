import type { StartCommand } from "./command.ts";
import type { Decision, StartOutcome } from "./decision.ts";
import { sendMarginMs } from "./delivery.ts";
import { lifetimeMs } from "./policy.ts";
import {
  addPending,
  askedSendOpensAt,
  dailySendOpensAt,
  livePending,
  lockedUntil,
  newRecipient,
  type PendingRef,
  type Recipient,
  removePending,
  withoutFuture,
} from "./recipient.ts";
import { lastUsableAt, send } from "./sending.ts";
import { asOf, identityOf, type PendingVerification, settle, type Verification } from "./verification.ts";

/** Rows of a start. `pending` is the verification that `pendingToLoad` names, once it was loaded. */
export interface StartCurrent {
  readonly recipient: Recipient | undefined;
  readonly pending: Verification | undefined;
}

function isSame(ref: PendingRef, command: StartCommand): boolean {
  return (
    ref.binding !== null &&
    ref.binding === command.binding &&
    ref.serviceId === command.serviceId &&
    ref.purpose === command.purpose &&
    ref.subject === command.subject
  );
}

/**
 * The pending verification that this start continues or replaces, if any: the newest with an equal binding. With
 * another binding or none, a stranger who knows the number would get hold of the victim's.
 */
export function pendingToLoad(
  recipient: Recipient | undefined,
  command: StartCommand,
  now: number,
): string | null {
  const { ifPending } = command.policy;
  if (recipient === undefined || (ifPending !== "continue" && ifPending !== "replace")) return null;
  return livePending(recipient, now).findLast((ref) => isSame(ref, command))?.id ?? null;
}

/** Starts a verification, continues or replaces a pending one, or refuses. */
export function decideStart(
  current: StartCurrent,
  command: StartCommand,
  now: number,
): Decision<StartOutcome> {
  const recipient =
    current.recipient === undefined
      ? newRecipient(command.recipientId, command.tenantId, command.sealedAddress, now)
      : withoutFuture(current.recipient, now);
  const refuse = (outcome: StartOutcome): Decision<StartOutcome> => ({
    recipient,
    verification: null,
    replaced: null,
    deliveries: [],
    outcome,
  });
  const { policy } = command;
  const locked = lockedUntil(recipient, policy, command.claimants, now);
  if (locked !== null) return refuse({ type: "recipientLocked", retryAt: locked });

  const pending = current.pending === undefined ? null : stillPending(asOf(current.pending, now));
  if (pending !== null && policy.ifPending === "continue" && isContinuable(pending, command)) {
    return continuePending(recipient, pending, command, now);
  }
  const rival = policy.ifPending === "refuse" ? pendingRival(recipient, command, now) : undefined;
  if (rival !== undefined) {
    const mine = rival.binding !== null && rival.binding === command.binding;
    const [verificationId, endsAt] = mine ? [rival.id, rival.endsAt] : [null, null];
    return refuse({ type: "verificationPending", verificationId, endsAt });
  }
  const limit = sendLimit(recipient, command, now);
  if (limit !== null) return refuse(limit);
  return startNew(recipient, pending, command, now);
}

function stillPending(verification: Verification): PendingVerification | null {
  return verification.status === "pending" ? verification : null;
}

/**
 * A change of amount or payee is a new verification, and the old one is canceled (S-3). So is a start that brings its
 * own code: to go on would keep another code, and the caller would hand out one that is never right.
 */
function isContinuable(pending: PendingVerification, command: StartCommand): boolean {
  return (
    command.suppliedCode === null &&
    pending.payment?.amount === command.payment?.amount &&
    pending.payment?.payee === command.payment?.payee
  );
}

function pendingRival(recipient: Recipient, command: StartCommand, now: number): PendingRef | undefined {
  return livePending(recipient, now).findLast((ref) => ref.serviceId === command.serviceId);
}

function sendLimit(recipient: Recipient, command: StartCommand, now: number): StartOutcome | null {
  const waitsUntil = askedSendOpensAt(recipient, command.policy, now);
  if (waitsUntil !== null) return { type: "sendLimitReached", limit: "wait", retryAt: waitsUntil };
  const dayOpensAt = dailySendOpensAt(recipient, command.policy, now);
  if (dayOpensAt !== null) return { type: "sendLimitReached", limit: "day", retryAt: dayOpensAt };
  return null;
}

/** The same verification goes on; a further message goes out only where a resend would be allowed. */
function continuePending(
  recipient: Recipient,
  pending: PendingVerification,
  command: StartCommand,
  now: number,
): Decision<StartOutcome> {
  const maySend =
    pending.sends < pending.policy.sendsMax &&
    now + sendMarginMs < lastUsableAt(pending) &&
    sendLimit(recipient, command, now) === null;
  if (!maySend) {
    const outcome = { type: "continued", resent: false } as const;
    return { recipient, verification: pending, replaced: null, deliveries: [], outcome };
  }
  const sent = send({ recipient, verification: pending }, "resend", command.codeKeyId, now);
  return {
    recipient: sent.recipient,
    verification: sent.verification,
    replaced: null,
    deliveries: [sent.delivery],
    outcome: { type: "continued", resent: true },
  };
}

function startNew(
  recipient: Recipient,
  replaced: PendingVerification | null,
  command: StartCommand,
  now: number,
): Decision<StartOutcome> {
  const fresh = newVerification(command, recipient.newestId, now);
  const ref: PendingRef = {
    id: fresh.id,
    serviceId: fresh.serviceId,
    purpose: fresh.purpose,
    subject: fresh.subject,
    binding: fresh.binding,
    endsAt: fresh.endsAt,
  };
  const without = replaced === null ? recipient : removePending(recipient, replaced.id);
  const sent = send(
    { recipient: addPending(without, ref, now), verification: fresh },
    "start",
    command.codeKeyId,
    now,
  );
  return {
    recipient: sent.recipient,
    verification: sent.verification,
    replaced: replaced === null ? null : settle(replaced, "canceled", now),
    deliveries: [sent.delivery],
    outcome: { type: "started" },
  };
}

function newVerification(command: StartCommand, previousId: string | null, now: number): PendingVerification {
  const endsAt = now + lifetimeMs(command.policy, command.suppliedCode !== null);
  const first = command.policy.workflow[0];
  const isOnlyStep = command.policy.workflow.length === 1;
  return {
    ...identityOf(command, { previousId, createdAt: now, endsAt }),
    status: "pending",
    step: 0,
    generation: 1,
    codeKeyId: command.codeKeyId,
    suppliedCode: command.suppliedCode,
    codeExpiresAt: Math.min(now + command.policy.codeLifetimeMs, endsAt),
    nextStepAt: isOnlyStep || first === undefined ? null : now + first.waitMs,
    checks: [],
    sends: 0,
  };
}
