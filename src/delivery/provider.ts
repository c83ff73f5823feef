import type { Channel, LookupAnswer, ProviderAnswer } from "../verification/index.ts";
import type { CallbackReading, CallbackRequest } from "./callback.ts";

/** What is handed to a carrier: the only place where a code meets a number. */
export interface OutgoingMessage {
  /** Stable over retries of one delivery: the provider's idempotency key or client reference (D-3). */
  readonly reference: string;
  readonly channel: Channel;
  /** E.164 number or e-mail address. */
  readonly to: string;
  readonly text: string;
  /** Of an e-mail: one line, without the code. */
  readonly subject?: string;
  /** Set for messages that carry a code of ours, so that virtual phones can show it by itself. */
  readonly code: string | null;
  /** BCP 47: the language of the text, for the voice that reads it. */
  readonly locale: string;
  readonly brand: string;
  /** Who it comes from; absent: whoever the account says. */
  readonly from?: string;
  readonly registration?: MessageRegistration;
}

/** Ids under which a country knows sender and text: those of India's DLT. */
export interface MessageRegistration {
  readonly entityId: string;
  readonly templateId: string;
}

/** What a carrier can do, as far as it changes how we treat its answers (D-6, D-11). */
export interface ProviderCapabilities {
  /** Sending again with the same reference is not a second message. */
  readonly idempotencyKey: boolean;
  readonly clientReference: boolean;
  readonly lookupByReference: boolean;
  readonly lookupByRecipientAndTime: boolean;
  readonly receipts: boolean;
  readonly managedCode: boolean;
  readonly keyPress: boolean;
}

/**
 * A carrier. An implementer answers within the time given by `signal`, never throws for what the carrier said, and
 * tells apart what was certainly not sent (`refused`) from what may have been (`unknown`).
 */
export interface Provider {
  readonly id: string;
  readonly channels: readonly Channel[];
  readonly capabilities: ProviderCapabilities;
  /** Messages that it takes in a second; without it, as many as come (D-8). Each node keeps to it by itself. */
  readonly ratePerSecond?: number;
  /** Whether it sends under whatever sender a message names: it knows by itself which are its own. */
  readonly takesAnySender?: boolean;
  /** Whether a message costs nothing when its receipt says that it failed. Most carriers charge for the try. */
  readonly failedIsFree?: boolean;
  send(message: OutgoingMessage, signal: AbortSignal): Promise<ProviderAnswer>;
  /** What became of the message with this reference; there with the capability `lookupByReference` (D-6). */
  lookup?(reference: string, signal: AbortSignal): Promise<LookupAnswer>;
  /** Lets go of what it keeps open; called once, when nothing is under way any more. */
  close?(): void;
  /**
   * Reads what the carrier posted to `/callbacks/{id}`; absent where it never does. It believes nothing before the
   * carrier's signature is proven, or the address, where the carrier signs nothing.
   */
  readCallback?(request: CallbackRequest, signal: AbortSignal): Promise<CallbackReading>;
}

export const providerTimeoutMs = 5_000;
