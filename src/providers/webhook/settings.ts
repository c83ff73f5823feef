import type { Secret } from "../../secrets/index.ts";
import type { Channel } from "../../verification/index.ts";

/** Where messages go, and what proves that they are ours. */
export interface WebhookSettings {
  /** The one address that is ever called; a redirect is not followed. */
  readonly url: string;
  /** `whsec_` and base64 of 24 to 64 bytes. */
  readonly secret: Secret;
  readonly channels: readonly Channel[];
  /** Whether the receiver sends nothing twice for one `webhook-id`. */
  readonly dropsRepetitions: boolean;
}

/** Standard Webhooks 1.0, "Signature scheme". */
export function isWebhookSecret(given: string): boolean {
  const base64 = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(given)?.[1];
  if (base64 === undefined || base64.length % 4 !== 0) return false;
  const { length } = Buffer.from(base64, "base64");
  return length >= 24 && length <= 64;
}

export function bytesOf(secret: Secret): Buffer {
  return Buffer.from(secret.reveal().slice("whsec_".length), "base64");
}
