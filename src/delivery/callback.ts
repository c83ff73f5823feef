import type { ReceiptStatus } from "../verification/index.ts";

/** A request of a carrier to us, as it came. */
export interface CallbackRequest {
  readonly method: string;
  /** The whole address, as the carrier was given it: some sign it. */
  readonly url: string;
  /** What this address was made for, proven by its signature: the reference of a delivery, or `inbound`. */
  readonly reference: string | null;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** As it came: signatures cover its bytes. */
  readonly body: string;
}

/** What a carrier says about a message. */
export interface CarrierReceipt {
  /** Ours, where the carrier or the address of the callback repeats it. */
  readonly reference: string | null;
  readonly providerMessageId: string | null;
  readonly status: ReceiptStatus;
  /** What the carrier charges for it, in millionths of the operator's currency, where it says so in that currency. */
  readonly cost?: number;
}

/** A text that somebody sent to a number of ours. */
export interface InboundMessage {
  /** The carrier's id, by which a repetition is known. */
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

/** Why a callback had no effect. */
export type CallbackRefusal = "signature_wrong" | "signature_stale" | "unreadable";

interface ReadCallback {
  readonly type: "read";
  readonly receipts: readonly CarrierReceipt[];
  readonly inbound: readonly InboundMessage[];
  /** What the carrier wants to read; without it, an empty 200. */
  readonly reply?: { readonly contentType: string; readonly body: string };
}

export type CallbackReading = { readonly type: "refused"; readonly reason: CallbackRefusal } | ReadCallback;

/** How old or how far ahead a signed time may be, in either direction (W-10). */
const toleranceMs = 300_000;

/** Whether a signature made at `seconds` since the epoch still counts. */
export function isRecent(seconds: number, now: number): boolean {
  return Math.abs(now - seconds * 1_000) <= toleranceMs;
}

/** The reading of what is signed well, and says nothing that matters here. */
export const nothingToRead: CallbackReading = { type: "read", receipts: [], inbound: [] };

export function refusedCallback(reason: CallbackRefusal): CallbackReading {
  return { type: "refused", reason };
}

export function oneReceipt(receipt: CarrierReceipt): ReadCallback {
  return { type: "read", receipts: [receipt], inbound: [] };
}

export function oneInbound(message: InboundMessage): ReadCallback {
  return { type: "read", receipts: [], inbound: [message] };
}
