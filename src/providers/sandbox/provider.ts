import type { Clock } from "../../clock/index.ts";
import { type OutgoingMessage, oldestFirst, type Provider } from "../../delivery/index.ts";
import {
  type LookupAnswer,
  type ProviderAnswer,
  type ReceiptStatus,
  unreachable,
} from "../../verification/index.ts";
import type { SandboxFault, SandboxFaults } from "./faults.ts";
import type { Phones } from "./phones.ts";

export interface SandboxParts {
  readonly clock: Clock;
  readonly phones: Phones;
  readonly faults: SandboxFaults;
  /** Takes the receipts that this carrier sends later, as a callback would. */
  readonly onReceipt: (reference: string, status: ReceiptStatus, providerMessageId: string) => void;
  /** Several virtual carriers at once need names. */
  readonly id?: string;
  /** What it can do beyond what every carrier can; without it, neither. */
  readonly idempotencyKey?: boolean;
  readonly lookupByReference?: boolean;
  readonly ratePerSecond?: number;
}

const senderName = "Countersign";
const defaultDelayMs = 10_000;

/** How many references it knows again, which is more than can be under way. */
const referencesMax = 10_000;

/** The virtual carrier: delivers to virtual phones, and fails on request the way carriers fail. */
export function createSandboxProvider(parts: SandboxParts): Provider {
  const { id = "sandbox", idempotencyKey = false, lookupByReference = false, ratePerSecond } = parts;
  const taken = createTaken();
  let sent = 0;
  return {
    id,
    channels: ["sms", "voice", "email"],
    takesAnySender: true,
    capabilities: {
      idempotencyKey,
      clientReference: true,
      lookupByReference,
      lookupByRecipientAndTime: false,
      receipts: true,
      managedCode: false,
      keyPress: false,
    },
    ...(ratePerSecond === undefined ? {} : { ratePerSecond }),
    send(message, signal) {
      const earlier = idempotencyKey ? taken.get(message.reference) : undefined;
      if (earlier !== undefined) return Promise.resolve({ type: "accepted", providerMessageId: earlier });
      sent += 1;
      const fault = parts.faults.take(message.to);
      // It may have been the last time.
      if (fault?.times !== undefined) parts.phones.feed.publish({ type: "faults" });
      const providerMessageId = `${id}-${sent}`;
      if (!isNotTaken(fault)) taken.add(message.reference, providerMessageId);
      if (fault !== null) return sendFaulty(parts, message, fault, providerMessageId, signal);
      deliver(parts, message, providerMessageId);
      return Promise.resolve({ type: "accepted", providerMessageId });
    },
    ...(lookupByReference ? { lookup: (reference) => Promise.resolve(taken.find(reference)) } : {}),
  };
}

function isNotTaken(fault: SandboxFault | null): boolean {
  return fault !== null && ["refuse", "notSent", "timeoutBeforeAccept"].includes(fault.type);
}

interface Taken {
  add(reference: string, providerMessageId: string): void;
  get(reference: string): string | undefined;
  find(reference: string): LookupAnswer;
}

/** What a carrier took and under which id; it forgets the oldest. */
function createTaken(): Taken {
  const byReference = new Map<string, string>();
  const forgetOldest = oldestFirst(byReference, referencesMax);
  return {
    add(reference, providerMessageId) {
      byReference.set(reference, providerMessageId);
      forgetOldest();
    },
    get: (reference) => byReference.get(reference),
    find(reference) {
      const providerMessageId = byReference.get(reference);
      return providerMessageId === undefined ? { type: "absent" } : { type: "found", providerMessageId };
    },
  };
}

/**
 * A call that somebody answers was delivered, and one that is declined has failed, as carriers report it. One that the
 * mailbox takes stays accepted: a carrier cannot tell a mailbox from a person.
 */
function deliver(parts: SandboxParts, message: OutgoingMessage, providerMessageId: string): void {
  const { to, channel, text, subject, code, reference, from = senderName } = message;
  const arrived = { channel, from, text, ...(subject === undefined ? {} : { subject }), code };
  if (channel !== "voice") parts.phones.receive(to, arrived);
  else parts.phones.receive(to, arrived, (status) => parts.onReceipt(reference, status, providerMessageId));
}

/** As long as whoever asks has patience. */
async function neverAnswer(signal: AbortSignal): Promise<ProviderAnswer> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
  return { type: "unknown", detail: "no answer in time" };
}

async function sendFaulty(
  parts: SandboxParts,
  message: OutgoingMessage,
  fault: SandboxFault,
  providerMessageId: string,
  signal: AbortSignal,
): Promise<ProviderAnswer> {
  const accepted = { type: "accepted", providerMessageId } as const;
  const later = async (ms: number, act: () => void): Promise<void> => {
    await parts.clock.sleep(ms);
    act();
  };
  const delayMs = fault.delayMs ?? defaultDelayMs;
  switch (fault.type) {
    case "refuse":
      return { type: "refused", kind: "rejected", reason: "sandbox_refused" };
    case "notSent":
      return {
        type: "refused",
        kind: "notSent",
        reason: "sandbox_unreachable",
        ...(fault.retryAfterMs === undefined ? {} : { retryAfterMs: fault.retryAfterMs }),
      };
    case "acceptAndLose":
      return accepted;
    case "timeoutAfterAccept":
      deliver(parts, message, providerMessageId);
      return await neverAnswer(signal);
    case "timeoutBeforeAccept":
      return await neverAnswer(signal);
    case "delay":
      void later(delayMs, () => deliver(parts, message, providerMessageId));
      return accepted;
    case "duplicate":
      deliver(parts, message, providerMessageId);
      deliver(parts, message, providerMessageId);
      return accepted;
    case "lateReceipt":
      deliver(parts, message, providerMessageId);
      void later(delayMs, () => parts.onReceipt(message.reference, "delivered", providerMessageId));
      return accepted;
    case "failedReceipt":
      void later(fault.delayMs ?? 0, () => parts.onReceipt(message.reference, "failed", providerMessageId));
      return accepted;
    default:
      return unreachable(fault.type);
  }
}
