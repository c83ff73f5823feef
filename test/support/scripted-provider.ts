import type { OutgoingMessage, Provider } from "../../src/delivery/index.ts";
import type { ProviderAnswer } from "../../src/verification/index.ts";
import { noCapabilities } from "./recorder.ts";

/** What a scripted carrier does with one message. */
export type Script =
  | ProviderAnswer
  | "accept"
  /** Takes the message and never answers, as a carrier does whose reply is lost. */
  | "silent"
  /** Throws, which no provider may, and one will. */
  | "throw"
  | ((message: OutgoingMessage) => ProviderAnswer | Promise<ProviderAnswer>);

export interface ScriptedProvider extends Provider {
  /** What was handed to it, in order. */
  readonly received: OutgoingMessage[];
  /** Appends to what it does next; when the script is over, it accepts. */
  plan(...scripts: readonly Script[]): void;
}

/** A carrier that does what a test says, one message after the other. */
export function scriptedProvider(
  id: string,
  channels: Provider["channels"] = ["sms", "voice"],
): ScriptedProvider {
  const received: OutgoingMessage[] = [];
  const scripts: Script[] = [];
  return {
    id,
    channels,
    received,
    capabilities: { ...noCapabilities, clientReference: true, receipts: true },
    plan: (...more) => void scripts.push(...more),
    send(message) {
      received.push(message);
      return perform(scripts.shift() ?? "accept", message, `${id}-${received.length}`);
    },
  };
}

function perform(script: Script, message: OutgoingMessage, id: string): Promise<ProviderAnswer> {
  if (script === "accept") return Promise.resolve({ type: "accepted", providerMessageId: id });
  if (script === "silent") return new Promise(() => {});
  if (script === "throw") return Promise.reject(new Error("this provider has a bug"));
  if (typeof script === "function") return Promise.resolve(script(message));
  return Promise.resolve(script);
}

export const rejected: ProviderAnswer = { type: "refused", kind: "rejected", reason: "opted_out" };
export const notSent: ProviderAnswer = { type: "refused", kind: "notSent", reason: "unreachable" };
export const unknown: ProviderAnswer = { type: "unknown", detail: "connection closed" };
