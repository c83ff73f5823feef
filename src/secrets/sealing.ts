import { createCipheriv, createDecipheriv } from "node:crypto";
import type { Random } from "../clock/index.ts";
import { SealBroken } from "./errors.ts";
import { type Keyring, keyedDigest, requireKey } from "./keyring.ts";

/** Where a ciphertext belongs; it opens nowhere else (K-3). */
export interface SealContext {
  readonly table: string;
  readonly column: string;
  readonly row: string;
  readonly tenant: string;
}

const nonceBytes = 12;
const tagBytes = 16;

function associatedData(context: SealContext): Buffer {
  const { table, column, row, tenant } = context;
  return Buffer.from([table, column, row, tenant].map((part) => `${part.length}:${part}`).join(""), "utf8");
}

/** AES-256-GCM with a random 96-bit nonce: `keyId.base64url(nonce | ciphertext | tag)`. */
export function seal(keyring: Keyring, random: Random, context: SealContext, plaintext: string): string {
  const nonce = random.bytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", requireKey(keyring, "sealing"), nonce);
  cipher.setAAD(associatedData(context));
  const sealed = Buffer.concat([
    nonce,
    cipher.update(plaintext, "utf8"),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
  return `${keyring.currentId}.${sealed.toString("base64url")}`;
}

/** @throws SealBroken when the text was moved, changed, or sealed with a secret that is gone. */
export function open(keyring: Keyring, context: SealContext, sealed: string): string {
  const dot = sealed.indexOf(".");
  const key = dot > 0 ? keyring.key("sealing", sealed.slice(0, dot)) : undefined;
  if (key === undefined)
    throw new SealBroken(`${context.table}.${context.column}: sealed with an unknown secret`);
  const bytes = Buffer.from(sealed.slice(dot + 1), "base64url");
  if (bytes.length < nonceBytes + tagBytes)
    throw new SealBroken(`${context.table}.${context.column}: cut short`);
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, nonceBytes));
  decipher.setAAD(associatedData(context));
  decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
  try {
    return (
      decipher.update(bytes.subarray(nonceBytes, bytes.length - tagBytes), undefined, "utf8") +
      decipher.final("utf8")
    );
  } catch (cause) {
    throw new SealBroken(`${context.table}.${context.column}: does not open`, { cause });
  }
}

/** Finds what has an address or a name without storing it: an HMAC that differs from tenant to tenant (N-8). */
export function blindIndex(
  keyring: Keyring,
  tenantId: string,
  kind: "phone" | "email" | "name" | "passkey",
  address: string,
): string {
  // Always under the oldest secret of the ring: an index under a new one would not find the rows that exist.
  const key = requireKey(keyring, "blindIndex", keyring.ids.at(-1));
  return keyedDigest(key, [tenantId, kind, address]).subarray(0, 16).toString("base64url");
}

/** Stores that a binding is equal without storing the binding. */
export function bindingDigest(
  keyring: Keyring,
  tenantId: string,
  kind: "binding" | "subject",
  value: string,
): string {
  const key = requireKey(keyring, "binding", keyring.ids.at(-1));
  return keyedDigest(key, [tenantId, kind, value]).subarray(0, 12).toString("base64url");
}

/** Names a counter without saying what it counts: prefixes are parts of numbers. */
export function counterDigest(keyring: Keyring, tenantId: string, kind: string, value: string): string {
  const key = requireKey(keyring, "counter", keyring.ids.at(-1));
  return keyedDigest(key, [tenantId, kind, value]).subarray(0, 12).toString("base64url");
}
