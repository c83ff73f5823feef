import { createCipheriv, createDecipheriv } from "node:crypto";
import { type Keyring, requireKey } from "./keyring.ts";

const idBytes = 16;

/**
 * What a passkey keeps of its owner: the id as one encrypted block, which tells nothing of it, not even when it was
 * made, and leads back to it without an index.
 */
export function userHandle(keyring: Keyring, subscriberId: string): string {
  const cipher = createCipheriv("aes-256-ecb", keyOf(keyring), null).setAutoPadding(false);
  const block = Buffer.from(subscriberId.replaceAll("-", ""), "hex");
  return Buffer.concat([cipher.update(block), cipher.final()]).toString("base64url");
}

/** Whose it is; some id or other for a handle that was made up, and null for what can be none. */
export function ownerOfHandle(keyring: Keyring, handle: string): string | null {
  const block = Buffer.from(handle, "base64url");
  if (block.length !== idBytes || block.toString("base64url") !== handle) return null;
  const decipher = createDecipheriv("aes-256-ecb", keyOf(keyring), null).setAutoPadding(false);
  const hex = Buffer.concat([decipher.update(block), decipher.final()]).toString("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** A passkey lives for years: always under the first secret of this data, as the blind indexes. */
function keyOf(keyring: Keyring): ReturnType<typeof requireKey> {
  return requireKey(keyring, "userHandle", keyring.indexId);
}
