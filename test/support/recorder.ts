import { fsyncSync, openSync, writeSync } from "node:fs";
import type { OutgoingMessage, Provider, ProviderCapabilities } from "../../src/delivery/index.ts";
import type { ProviderAnswer } from "../../src/verification/index.ts";

/** What a carrier can do that can do nothing special. */
export const noCapabilities: ProviderCapabilities = {
  idempotencyKey: false,
  clientReference: false,
  lookupByReference: false,
  lookupByRecipientAndTime: false,
  receipts: false,
  managedCode: false,
  keyPress: false,
};

/** A carrier without receipts that answers as `take` says; `take` has seen the message by then. */
export function recorder(
  take: (message: OutgoingMessage) => ProviderAnswer | Promise<ProviderAnswer>,
): Provider {
  return {
    id: "recorder",
    channels: ["sms", "voice"],
    capabilities: { ...noCapabilities, clientReference: true },
    send: async (message) => await take(message),
  };
}

/** A file of JSON lines, each of them on the disk when it is written: the process may be killed right after. */
export function openLedger(path: string): (line: object) => void {
  const file = openSync(path, "a", 0o600);
  return (line) => {
    writeSync(file, `${JSON.stringify(line)}\n`);
    fsyncSync(file);
  };
}
