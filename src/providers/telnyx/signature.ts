import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { type CallbackRefusal, type CallbackRequest, isRecent } from "../../delivery/index.ts";

/** @throws TypeError for what is not base64 of 32 bytes. */
export function toPublicKey(base64: string): KeyObject {
  const x = Buffer.from(base64, "base64").toString("base64url");
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
}

/** Ed25519 over `timestamp|body`; null where it holds. */
export function signatureProblem(
  key: KeyObject,
  { headers, body }: CallbackRequest,
  now: number,
): CallbackRefusal | null {
  const timestamp = headers["telnyx-timestamp"] ?? "";
  const signature = headers["telnyx-signature-ed25519"] ?? "";
  // Padded base64 of 64 bytes and nothing else: Node's own decoder would overlook what does not belong there.
  if (!/^[A-Za-z0-9+/]{86}==$/.test(signature) || !/^\d{1,12}$/.test(timestamp)) return "signature_wrong";
  const signed = Buffer.from(`${timestamp}|${body}`, "utf8");
  if (!verify(null, signed, key, Buffer.from(signature, "base64"))) return "signature_wrong";
  return isRecent(Number(timestamp), now) ? null : "signature_stale";
}
