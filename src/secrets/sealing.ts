import { createCipheriv, createDecipheriv, type KeyObject } from "node:crypto";
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

function associatedData({ table, column, row, tenant }: SealContext): Buffer {
  let text = "";
  for (const part of [table, column, row, tenant]) text += `${part.length}:${part}`;
  return Buffer.from(text, "utf8");
}

/** Texts that fit go through one piece of memory: an encoder and a buffer of each one's own cost a fourth of a seal. */
const scratchBytes = 4_096;
const scratch = Buffer.allocUnsafeSlow(scratchBytes);
const bytesPerUnitMax = 3;

function bytesOf(text: string): Buffer {
  if (text.length * bytesPerUnitMax > scratchBytes) return Buffer.from(text, "utf8");
  return scratch.subarray(0, scratch.write(text, 0, "utf8"));
}

/** Under the current master secret: `keyId.base64url(nonce | ciphertext | tag)`. */
export function seal(keyring: Keyring, random: Random, context: SealContext, plaintext: string): string {
  const key = { id: keyring.currentId, key: requireKey(keyring, "sealing") };
  return sealUnder(key, random, context, plaintext);
}

/** A key, and the id that stands before what was sealed with it. */
export interface SealKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** AES-256-GCM with a random 96-bit nonce: `id.base64url(nonce | ciphertext | tag)`. */
export function sealUnder(
  { id, key }: SealKey,
  random: Random,
  context: SealContext,
  plaintext: string,
): string {
  const nonce = random.bytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(associatedData(context));
  const sealed = cipher.update(bytesOf(plaintext));
  // Counter mode has no blocks to fill: nothing is left to come but the tag.
  cipher.final();
  const whole = Buffer.concat([nonce, sealed, cipher.getAuthTag()]);
  return `${id}.${whole.toString("base64url")}`;
}

/** Id of the key that a text was sealed with; empty for what was never sealed. */
export function sealKeyId(sealed: string): string {
  return sealed.slice(0, Math.max(0, sealed.indexOf(".")));
}

/** @throws SealBroken when the text was moved, changed, or sealed with a secret that is gone. */
export function open(keyring: Keyring, context: SealContext, sealed: string): string {
  return openUnder(keyring.key("sealing", sealKeyId(sealed)), context, sealed);
}

/**
 * Opens with the key of its id.
 * @throws SealBroken when the text was moved or changed, or where there is no such key
 */
export function openUnder(key: KeyObject | undefined, context: SealContext, sealed: string): string {
  if (key === undefined)
    throw new SealBroken(`${context.table}.${context.column}: sealed with an unknown secret`);
  const bytes = Buffer.from(sealed.slice(sealed.indexOf(".") + 1), "base64url");
  if (bytes.length < nonceBytes + tagBytes)
    throw new SealBroken(`${context.table}.${context.column}: cut short`);
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, nonceBytes));
  decipher.setAAD(associatedData(context));
  decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
  try {
    const opened = decipher.update(bytes.subarray(nonceBytes, bytes.length - tagBytes));
    decipher.final();
    return opened.toString("utf8");
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
  // Always under the first secret of this data: an index under a new one would not find the rows that exist.
  const key = requireKey(keyring, "blindIndex", keyring.indexId);
  return keyedDigest(key, [tenantId, kind, address]).subarray(0, 16).toString("base64url");
}

/** Stores that a binding is equal without storing the binding. */
export function bindingDigest(
  keyring: Keyring,
  tenantId: string,
  kind: "binding" | "subject",
  value: string,
): string {
  const key = requireKey(keyring, "binding", keyring.indexId);
  return keyedDigest(key, [tenantId, kind, value]).subarray(0, 12).toString("base64url");
}

/** Names a counter without saying what it counts: prefixes are parts of numbers. */
export function counterDigest(keyring: Keyring, tenantId: string, kind: string, value: string): string {
  const key = requireKey(keyring, "counter", keyring.indexId);
  return keyedDigest(key, [tenantId, kind, value]).subarray(0, 12).toString("base64url");
}
