import type { DeliveryFailedCommand, SendCommand, WakeCommand } from "./command.ts";
import { type Current, type Decision, decided, type QuietOutcome, type SendOutcome } from "./decision.ts";
import { type Delivery, type DeliveryCause, newDelivery, sendMarginMs } from "./delivery.ts";
import { askedSendOpensAt, countSend, dailySendOpensAt, type Recipient, removePending } from "./recipient.ts";
import { type PendingVerification, settle } from "./verification.ts";

interface PendingCurrent extends Current {
  readonly verification: PendingVerification;
}

interface Send {
  readonly recipient: Recipient;
  readonly verification: PendingVerification;
  readonly delivery: Delivery;
}

/** Adds one send: counts it, draws a new code where the policy wants one, and writes the outbox row. */
export function send(
  current: { recipient: Recipient; verification: PendingVerification },
  cause: DeliveryCause,
  codeKeyId: string,
  now: number,
): Send {
  const { recipient, verification } = withFreshCode(
    current.verification,
    cause,
    codeKeyId,
    now,
    current.recipient,
  );
  const counted: PendingVerification = { ...verification, sends: verification.sends + 1 };
  const channel = channelOf(counted);
  return {
    recipient: countSend(recipient, channel, cause !== "automatic", now),
    verification: counted,
    delivery: newDelivery(counted, cause, channel, now),
  };
}

function channelOf(verification: PendingVerification): Delivery["channel"] {
  const step = verification.policy.workflow[verification.step];
  if (step === undefined) throw new RangeError(`step ${verification.step} is not in the workflow`);
  return step.channel;
}

/** A new generation kills the old code; it never gives checks back and never moves `endsAt`. */
function withFreshCode(
  verification: PendingVerification,
  cause: DeliveryCause,
  codeKeyId: string,
  now: number,
  recipient: Recipient,
): { recipient: Recipient; verification: PendingVerification } {
  const { policy } = verification;
  if (verification.sends === 0 || policy.codeReuse === "same" || verification.suppliedCode !== null) {
    return { recipient, verification };
  }
  const isNewStep = cause === "next" || cause === "automatic";
  const isSpent = now + sendMarginMs >= verification.codeExpiresAt;
  if (!isSpent && !(policy.codeReuse === "perStep" && isNewStep)) return { recipient, verification };
  return {
    recipient,
    verification: {
      ...verification,
      generation: verification.generation + 1,
      codeKeyId,
      codeExpiresAt: Math.min(now + policy.codeLifetimeMs, verification.endsAt),
    },
  };
}

function atNextStep(verification: PendingVerification, now: number): PendingVerification | null {
  const step = verification.step + 1;
  const next = verification.policy.workflow[step];
  if (next === undefined) return null;
  const isLast = step === verification.policy.workflow.length - 1;
  return { ...verification, step, nextStepAt: isLast ? null : now + next.waitMs };
}

/** Resend on this step, or the next step now: both were asked for, so both wait. */
export function decideSend(
  current: PendingCurrent,
  command: SendCommand,
  now: number,
): Decision<SendOutcome> {
  const { recipient, verification } = current;
  const { policy, endsAt } = verification;
  const target = command.type === "next" ? atNextStep(verification, now) : verification;
  if (target === null) return decided(current, { type: "noFurtherStep" });
  if (verification.sends >= policy.sendsMax) {
    return decided(current, { type: "sendLimitReached", limit: "verification", retryAt: endsAt });
  }
  const waitsUntil = askedSendOpensAt(recipient, policy, now);
  if (waitsUntil !== null) return decided(current, { type: "resendTooSoon", retryAt: waitsUntil });
  const dayOpensAt = dailySendOpensAt(recipient, policy, now);
  if (dayOpensAt !== null) {
    return decided(current, { type: "sendLimitReached", limit: "day", retryAt: dayOpensAt });
  }
  // What is sent this close to the end could not arrive in time.
  if (now + sendMarginMs >= lastUsableAt(verification)) {
    return decided(current, { type: "sendLimitReached", limit: "verification", retryAt: endsAt });
  }
  const sent = send({ recipient, verification: target }, command.type, command.codeKeyId, now);
  return decided(
    current,
    { type: "sent" },
    {
      recipient: sent.recipient,
      verification: sent.verification,
      deliveries: [sent.delivery],
    },
  );
}

/** Until when a code sent now could be used: the end, or the code's own end where no new one may be drawn. */
export function lastUsableAt(verification: PendingVerification): number {
  const fixed = verification.policy.codeReuse === "same" || verification.suppliedCode !== null;
  return fixed ? Math.min(verification.codeExpiresAt, verification.endsAt) : verification.endsAt;
}

/** A timer fired: the next step starts if it is due. Firing it twice does nothing twice (D-9). */
export function decideWake(
  current: PendingCurrent,
  command: WakeCommand,
  now: number,
): Decision<QuietOutcome> {
  const { verification } = current;
  if (verification.nextStepAt === null || now < verification.nextStepAt) {
    return decided(current, { type: "nothing" });
  }
  return step(current, command.codeKeyId, now);
}

/** A delivery failed for good: the next step starts at once, and where nothing can arrive any more, it is over. */
export function decideDeliveryFailed(
  current: PendingCurrent,
  command: DeliveryFailedCommand,
  now: number,
): Decision<QuietOutcome> {
  const { recipient, verification } = current;
  // A late failure of an earlier step must not push the current one.
  const target = command.step === verification.step ? atNextStep(verification, now) : null;
  if (target !== null && mayStep(recipient, verification, now)) return step(current, command.codeKeyId, now);
  if (command.othersMayArrive || mayStepLater(recipient, target ?? verification, now)) {
    if (target === null) return decided(current, { type: "nothing" });
    return decided(current, { type: "stepped" }, { verification: target });
  }
  return decided(
    current,
    { type: "undeliverable" },
    {
      recipient: removePending(recipient, verification.id),
      verification: settle(verification, "undeliverable", now),
    },
  );
}

/** An automatic step does not wait but counts; where a limit is reached it passes in silence. */
function step(current: PendingCurrent, codeKeyId: string, now: number): Decision<QuietOutcome> {
  const { recipient, verification } = current;
  const target = atNextStep(verification, now);
  if (target === null) return decided(current, { type: "nothing" });
  if (!mayStep(recipient, verification, now)) {
    return decided(current, { type: "stepped" }, { verification: target });
  }
  const sent = send({ recipient, verification: target }, "automatic", codeKeyId, now);
  return decided(
    current,
    { type: "stepped" },
    {
      recipient: sent.recipient,
      verification: sent.verification,
      deliveries: [sent.delivery],
    },
  );
}

/** Whether the limits let a step send now. */
function mayStep(recipient: Recipient, verification: PendingVerification, now: number): boolean {
  return (
    verification.sends < verification.policy.sendsMax &&
    dailySendOpensAt(recipient, verification.policy, now) === null &&
    now + sendMarginMs < lastUsableAt(verification)
  );
}

/**
 * Whether a step that is still to come by time will find the limits open. Only the day's limit opens by waiting. What
 * somebody may yet ask for does not count: nobody asks who waits for a message.
 */
function mayStepLater(recipient: Recipient, verification: PendingVerification, now: number): boolean {
  const { policy } = verification;
  if (verification.sends >= policy.sendsMax) return false;
  const opensAt = dailySendOpensAt(recipient, policy, now) ?? now;
  let at = verification.nextStepAt;
  for (const later of policy.workflow.slice(verification.step + 1)) {
    if (at === null) return false;
    if (at >= opensAt && at + sendMarginMs < lastUsableAt(verification)) return true;
    at += later.waitMs;
  }
  return false;
}
