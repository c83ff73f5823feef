import { createSecretKey, type KeyObject } from "node:crypto";
import type { Random } from "../clock/index.ts";
import { SealBroken } from "./errors.ts";
import { type Keyring, requireKey } from "./keyring.ts";
import { openUnder, type SealContext, type SealKey, sealKeyId, sealUnder } from "./sealing.ts";

const keyBytes = 32;
const idBytes = 8;
/** No id of a master secret begins so: those are hexadecimal. */
const idPrefix = "dk";

/** Whether a text that begins with this id was sealed with a data key. */
export function isDataKeyId(id: string): boolean {
  return id.startsWith(idPrefix);
}

/** The id of the data key that a text was sealed with; null for one under the master secret itself. */
export function dataKeyId(sealed: string): string | null {
  const id = sealKeyId(sealed);
  return isDataKeyId(id) ? id : null;
}

/** 256 random bits for one tenant, as they are kept: sealed with the key-encryption key of the current master secret (K-3). */
export function newDataKey(
  keyring: Keyring,
  random: Random,
  tenantId: string,
): { readonly id: string; readonly wrapped: string } {
  const id = idPrefix + Buffer.from(random.bytes(idBytes)).toString("hex");
  const material = Buffer.from(random.bytes(keyBytes)).toString("base64url");
  return { id, wrapped: wrap(keyring, random, contextOf(id, tenantId), material) };
}

/**
 * The key itself.
 * @throws SealBroken when it was moved or changed, or where its master secret is not in the ring
 */
export function unwrapDataKey(
  keyring: Keyring,
  tenantId: string,
  { id, wrapped }: { readonly id: string; readonly wrapped: string },
): SealKey {
  return { id, key: keyOf(Buffer.from(materialOf(keyring, contextOf(id, tenantId), wrapped), "base64url")) };
}

/** The same key, sealed with the key-encryption key of the current master secret: what it sealed stays as it is (K-4). */
export function rewrapped(
  keyring: Keyring,
  random: Random,
  tenantId: string,
  { id, wrapped }: { readonly id: string; readonly wrapped: string },
): string {
  const context = contextOf(id, tenantId);
  return wrap(keyring, random, context, materialOf(keyring, context, wrapped));
}

function contextOf(id: string, tenant: string): SealContext {
  return { table: "data_keys", column: "wrapped", row: id, tenant };
}

function wrap(keyring: Keyring, random: Random, context: SealContext, material: string): string {
  const key = { id: keyring.currentId, key: requireKey(keyring, "keyEncryption") };
  return sealUnder(key, random, context, material);
}

function materialOf(keyring: Keyring, context: SealContext, wrapped: string): string {
  return openUnder(keyring.key("keyEncryption", sealKeyId(wrapped)), context, wrapped);
}

function keyOf(bytes: Buffer): KeyObject {
  if (bytes.length !== keyBytes) throw new SealBroken("data_keys.wrapped: no key");
  return createSecretKey(bytes);
}
