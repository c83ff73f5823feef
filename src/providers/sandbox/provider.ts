import type { Clock } from "../../clock/index.ts";
import type { OutgoingMessage, Provider } from "../../delivery/index.ts";
import type { ProviderAnswer, ReceiptStatus } from "../../verification/index.ts";
import type { SandboxFault, SandboxFaults } from "./faults.ts";
import type { Phones } from "./phones.ts";

export interface SandboxParts {
  readonly clock: Clock;
  readonly phones: Phones;
  readonly faults: SandboxFaults;
  /** Takes the receipts that this carrier sends later, as a callback would. */
  readonly onReceipt: (reference: string, status: ReceiptStatus, providerMessageId: string) => void;
}

const senderName = "Countersign";
const defaultDelayMs = 10_000;

/** The virtual carrier: delivers to virtual phones, and fails on request the way carriers fail. */
export function createSandboxProvider(parts: SandboxParts): Provider {
  let sent = 0;
  return {
    id: "sandbox",
    channels: ["sms", "voice", "email"],
    capabilities: {
      idempotencyKey: false,
      clientReference: true,
      lookupByReference: false,
      lookupByRecipientAndTime: false,
      receipts: true,
      managedCode: false,
      keyPress: false,
    },
    send(message, signal) {
      sent += 1;
      const fault = parts.faults.take(message.to);
      const providerMessageId = `sandbox-${sent}`;
      if (fault !== null) return sendFaulty(parts, message, fault, providerMessageId, signal);
      deliver(parts, message);
      return Promise.resolve({ type: "accepted", providerMessageId });
    },
  };
}

function deliver({ phones }: SandboxParts, { to, channel, text, code }: OutgoingMessage): void {
  phones.receive(to, { channel, from: senderName, text, code });
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
      return { type: "refused", kind: "notSent", reason: "sandbox_unreachable" };
    case "acceptAndLose":
      return accepted;
    case "timeoutAfterAccept":
      deliver(parts, message);
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener("abort", () => resolve(), { once: true });
      });
      return { type: "unknown", detail: "no answer in time" };
    case "delay":
      void later(delayMs, () => deliver(parts, message));
      return accepted;
    case "duplicate":
      deliver(parts, message);
      deliver(parts, message);
      return accepted;
    case "lateReceipt":
      deliver(parts, message);
      void later(delayMs, () => parts.onReceipt(message.reference, "delivered", providerMessageId));
      return accepted;
    case "failedReceipt":
      void later(fault.delayMs ?? 0, () => parts.onReceipt(message.reference, "failed", providerMessageId));
      return accepted;
    default:
      return unreachable(fault.type);
  }
}

function unreachable(type: never): never {
  throw new TypeError(`not a fault: ${String(type)}`);
}
