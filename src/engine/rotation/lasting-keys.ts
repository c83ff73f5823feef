import type { Random } from "../../clock/index.ts";
import {
  type Keyring,
  type LastingKeys,
  lastingKeys,
  openUnder,
  requireKey,
  SealBroken,
  type SealContext,
  SecretInvalid,
  sealKeyId,
  sealUnder,
  withLastingKeys,
} from "../../secrets/index.ts";
import type { Store } from "../../store/index.ts";
import { isReplaced, lastRotation, noteUsed, usedSecrets } from "./replaced.ts";

/** What former secrets left behind is under this name in `meta`. */
export const lastingKeysName = "lasting_keys";
const indexName = "index_secret_id";
const context: SealContext = { table: "meta", column: lastingKeysName, row: "", tenant: "" };

/** Of this data, before a start changes it: every secret it knows. */
export interface KnownSecrets {
  /** In the order in which they came. */
  readonly ids: readonly string[];
}

/**
 * What former secrets left behind.
 * @throws SecretInvalid where it does not open, unless all secrets are here and it can be made anew
 */
export async function readLastingKeys(
  store: Store,
  keyring: Keyring,
  { ids }: KnownSecrets,
): Promise<LastingKeys> {
  const text = await store.readMeta(lastingKeysName);
  if (text === undefined) return {};
  try {
    return open(keyring, text);
  } catch (cause) {
    if (!(cause instanceof SealBroken)) throw cause;
    if (ids.every((id) => keyring.ids.includes(id))) return {};
    throw new SecretInvalid(
      `the keys that outlive former secrets do not open: they are sealed with the master secret ${sealKeyId(text)}, or were changed; put every former secret behind the current one in COUNTERSIGN_SECRET`,
      { cause },
    );
  }
}

function open(keyring: Keyring, text: string): LastingKeys {
  const key = keyring.key("keyEncryption", sealKeyId(text));
  return JSON.parse(openUnder(key, context, text)) as LastingKeys;
}

/**
 * The ring as this data needs it: with a current secret that no rotation replaced, with its indexes under the secret that
 * they began with, and with what former secrets left behind, which is written down again under the current one.
 */
export async function completeRing(
  store: Store,
  random: Random,
  keyring: Keyring,
  { ids, kept }: KnownSecrets & { readonly kept: LastingKeys },
): Promise<Keyring> {
  const used = (await usedSecrets(store)) ?? ids;
  const rotation = await lastRotation(store);
  if (rotation !== undefined && isReplaced(used, keyring.currentId, rotation)) keyring.use(rotation.keyId);
  // Data of before this was written down has its indexes under the last secret of the ring that it knew.
  const before = keyring.ids.filter((id) => ids.includes(id)).at(-1) ?? keyring.indexId;
  const indexId = (await store.readMeta(indexName)) ?? before;
  const whole = withLastingKeys(keyring, kept, indexId);
  requireKey(whole, "blindIndex", indexId);
  // A secret that never was the current one derived nothing yet: what it will must not be known under the former one.
  const nowUsed = [...new Set([...used, keyring.currentId])];
  const made = Object.entries(lastingKeys(whole)).filter(([id]) => nowUsed.includes(id));
  await writeLastingKeys({ store, random, keyring: whole }, { ...kept, ...Object.fromEntries(made) });
  if ((await store.readMeta(indexName)) === undefined) await store.writeMeta(indexName, indexId);
  await noteUsed(store, nowUsed);
  return whole;
}

interface WritingParts {
  readonly store: Store;
  readonly random: Random;
  readonly keyring: Keyring;
}

async function writeLastingKeys({ store, random, keyring }: WritingParts, keys: LastingKeys): Promise<void> {
  const known = await store.readMeta(lastingKeysName);
  const ids = Object.keys(keys);
  if (known === undefined && ids.length === 0) return;
  if (known !== undefined && sealKeyId(known) === keyring.currentId && isWhole(keyring, known, ids)) return;
  const key = { id: keyring.currentId, key: requireKey(keyring, "keyEncryption") };
  await store.writeMeta(lastingKeysName, sealUnder(key, random, context, JSON.stringify(keys)));
}

function isWhole(keyring: Keyring, text: string, ids: readonly string[]): boolean {
  try {
    const there = open(keyring, text);
    return ids.every((id) => id in there);
  } catch (cause) {
    if (cause instanceof SealBroken) return false;
    throw cause;
  }
}

/** Under the current secret, should a start with another order of the same secrets have left them elsewhere. */
export async function rewrapLastingKeys(parts: WritingParts): Promise<void> {
  const text = await parts.store.readMeta(lastingKeysName);
  if (text === undefined || sealKeyId(text) === parts.keyring.currentId) return;
  try {
    await writeLastingKeys(parts, open(parts.keyring, text));
  } catch (cause) {
    // The next start says what is wrong with them, and makes them anew where it can.
    if (!(cause instanceof SealBroken)) throw cause;
  }
}

/** Under which secret they are; null where none was ever replaced. */
export async function lastingKeysUnder(store: Store): Promise<string | null> {
  const text = await store.readMeta(lastingKeysName);
  return text === undefined ? null : sealKeyId(text);
}
