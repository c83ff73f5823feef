import type { CancelCommand, CheckCommand, Command, CommandType, SettleCommand } from "./command.ts";
import {
  type CancelOutcome,
  type CheckOutcome,
  type Current,
  type Decision,
  decided,
  type QuietOutcome,
  type SendOutcome,
  type SettledOutcome,
  type SettleOutcome,
} from "./decision.ts";
import { countSuccess, countWrong, lockedUntil, removePending, withoutFuture } from "./recipient.ts";
import { decideDeliveryFailed, decideSend, decideWake } from "./sending.ts";
import { unreachable } from "./unreachable.ts";
import { asOf, type PendingVerification, type SettledVerification, settle } from "./verification.ts";

interface OutcomeOf {
  readonly check: CheckOutcome;
  readonly resend: SendOutcome;
  readonly next: SendOutcome;
  readonly cancel: CancelOutcome;
  readonly settle: SettleOutcome;
  readonly wake: QuietOutcome;
  readonly deliveryFailed: QuietOutcome;
}

export type OutcomeFor<C extends Command> = OutcomeOf[C["type"]];

/**
 * The one way a verification that exists changes: an exhaustive switch over (status, command). A wrong code is an
 * outcome, never a throw, since an error would roll the count of wrong codes back (design 3.1).
 *
 * Pure: everything it knows is in its arguments.
 */
export function decide<C extends Command>(
  current: Current,
  command: C,
  now: number,
): Decision<OutcomeFor<C>> {
  return decideAny(current, command, now) as Decision<OutcomeFor<C>>;
}

function decideAny(current: Current, command: Command, now: number): Decision {
  if (!mayContinue(current, command)) return decided(current, { type: "notFound" });
  const verification = asOf(current.verification, now);
  switch (verification.status) {
    case "pending":
      return decidePending({ recipient: withoutFuture(current.recipient, now), verification }, command, now);
    case "expired":
      return decideSettled(withExpiry(current, verification), verification, command);
    case "approved":
    case "canceled":
    case "exhausted":
    case "undeliverable":
      return decideSettled(current, verification, command);
    default:
      return unreachable(verification);
  }
}

/** A verification started with a binding is continued by an equal binding only; nothing else learns of it. */
function mayContinue(current: Current, command: Command): boolean {
  if (command.type === "wake" || command.type === "deliveryFailed") return true;
  return current.verification.binding === command.binding;
}

/** Writes down an expiry that was only derived from time until now. */
function withExpiry(current: Current, expired: SettledVerification): Current {
  if (current.verification.status !== "pending") return current;
  return { recipient: removePending(current.recipient, expired.id), verification: expired };
}

interface PendingCurrent extends Current {
  readonly verification: PendingVerification;
}

function decidePending(current: PendingCurrent, command: Command, now: number): Decision {
  switch (command.type) {
    case "check":
      return decideCheck(current, command, now);
    case "resend":
    case "next":
      return decideSend(current, command, now);
    case "cancel":
      return decideCancel(current, command, now);
    case "settle":
      return decideSettle(current, command, now);
    case "wake":
      return decideWake(current, command, now);
    case "deliveryFailed":
      return decideDeliveryFailed(current, command, now);
    default:
      return unreachable(command);
  }
}

function decideCheck(current: PendingCurrent, command: CheckCommand, now: number): Decision<CheckOutcome> {
  const { recipient, verification } = current;
  const { policy } = verification;
  if (!command.wellFormed) return decided(current, { type: "codeMalformed" });
  if (now >= verification.codeExpiresAt) return decided(current, { type: "codeExpired" });
  const locked = lockedUntil(recipient, policy, command.claimants, now);
  if (locked !== null) return decided(current, { type: "recipientLocked", retryAt: locked });

  const checks = [...verification.checks, { at: now, right: command.matches }];
  if (command.matches) {
    return decided(
      current,
      { type: "approved" },
      {
        recipient: countSuccess(removePending(recipient, verification.id), command.claimants, now),
        verification: settle({ ...verification, checks }, "approved", now),
      },
    );
  }
  const counted = countWrong(recipient, policy, command.claimants, now);
  if (checks.length >= policy.checksMax) {
    return decided(
      current,
      { type: "exhausted" },
      {
        recipient: removePending(counted, verification.id),
        verification: settle({ ...verification, checks }, "exhausted", now),
      },
    );
  }
  return decided(
    current,
    { type: "codeMismatch", checksLeft: policy.checksMax - checks.length },
    {
      recipient: counted,
      verification: { ...verification, checks },
    },
  );
}

function decideCancel(
  current: PendingCurrent,
  _command: CancelCommand,
  now: number,
): Decision<CancelOutcome> {
  const { recipient, verification } = current;
  const { cancelFromMs, cancelUntilStep } = verification.policy;
  const allowedAt = verification.createdAt + cancelFromMs;
  if (cancelUntilStep !== null && verification.step > cancelUntilStep) {
    return decided(current, { type: "cancelRefused", allowedAt: null });
  }
  if (now < allowedAt) return decided(current, { type: "cancelRefused", allowedAt });
  return decided(
    current,
    { type: "canceled" },
    {
      recipient: removePending(recipient, verification.id),
      verification: settle(verification, "canceled", now),
    },
  );
}

function decideSettle(current: PendingCurrent, command: SettleCommand, now: number): Decision<SettleOutcome> {
  const { recipient, verification } = current;
  return decided(
    current,
    { type: command.status },
    {
      // The tenant vouches for the recipient, but no code came back from it: its counters stay.
      recipient: removePending(recipient, verification.id),
      verification: settle(verification, command.status, now, true),
    },
  );
}

/** Settled statuses never change (I3); each command has its answer. */
function decideSettled(current: Current, verification: SettledVerification, command: Command): Decision {
  switch (command.type) {
    case "check":
    case "resend":
    case "next":
      return decided(current, settledOutcome(verification));
    case "cancel":
      // Asking twice for what is done already is no error.
      if (verification.status === "canceled") return decided(current, { type: "canceled" });
      return decided(current, settledOutcome(verification));
    case "settle":
      if (verification.status === command.status) return decided(current, { type: command.status });
      return decided(current, settledOutcome(verification));
    case "wake":
      return decided(current, { type: verification.status === "expired" ? "expired" : "nothing" });
    case "deliveryFailed":
      return decided(current, { type: "nothing" });
    default:
      return unreachable(command);
  }
}

function settledOutcome(verification: SettledVerification): SettledOutcome {
  switch (verification.status) {
    case "expired":
      return { type: "expired" };
    case "exhausted":
      return { type: "exhausted" };
    case "approved":
    case "canceled":
    case "undeliverable":
      return { type: "settled", status: verification.status };
    default:
      return unreachable(verification.status);
  }
}

/** All commands, for tables that must have a row for each. */
export const commandTypes: readonly CommandType[] = [
  "check",
  "resend",
  "next",
  "cancel",
  "settle",
  "wake",
  "deliveryFailed",
];
