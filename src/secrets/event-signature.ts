import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { type Keyring, keyedDigest, requireKey } from "./keyring.ts";

/** What signs the events that Telnyx's clients verify: a pair of Ed25519 for each tenant. */
export interface EventSigner {
  /** The raw 32 bytes in base64, as those clients are configured with it. */
  readonly publicKey: string;
  /** Over the time in seconds and the body as it is sent; in base64. */
  sign(timestamp: number, body: string): string;
}

/** RFC 8410: a private key is these bytes and the seed. */
const pkcs8Head = Buffer.from("302e020100300506032b657004220420", "hex");
const publicKeyBytes = 32;

const signers = new WeakMap<Keyring, Map<string, EventSigner>>();
const signersMax = 1_024;

/**
 * The pair of a tenant. Derived from the oldest master secret of the ring, so that a new one beside it changes no key that
 * receivers were given: they hold one only.
 */
export function eventSigner(keyring: Keyring, tenantId: string): EventSigner {
  let known = signers.get(keyring);
  if (known === undefined || known.size >= signersMax) {
    known = new Map();
    signers.set(keyring, known);
  }
  const signer = known.get(tenantId) ?? createSigner(keyring, tenantId);
  known.set(tenantId, signer);
  return signer;
}

function createSigner(keyring: Keyring, tenantId: string): EventSigner {
  const seed = keyedDigest(requireKey(keyring, "eventSigning", keyring.indexId), ["ed25519", tenantId]);
  const key: KeyObject = createPrivateKey({
    key: Buffer.concat([pkcs8Head, seed]),
    format: "der",
    type: "pkcs8",
  });
  const publicDer = createPublicKey(key).export({ format: "der", type: "spki" });
  return {
    publicKey: publicDer.subarray(-publicKeyBytes).toString("base64"),
    sign: (timestamp, body) =>
      sign(null, Buffer.from(`${timestamp}|${body}`, "utf8"), key).toString("base64"),
  };
}
