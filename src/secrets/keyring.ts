import { createSecretKey, hash, hkdfSync, type KeyObject } from "node:crypto";
import { SecretInvalid } from "./errors.ts";
import { hmacSha256 } from "./hmac.ts";
import type { Secret } from "./secret.ts";

/** What each derived key is for: one label a purpose, and no key serves two (K-6). */
export const keyPurposes = [
  "code",
  "compare",
  "sealing",
  "keyEncryption",
  "blindIndex",
  "binding",
  "fingerprint",
  "cursor",
  "dialect",
  "ticket",
  "page",
  "counter",
  "callback",
  "pepper",
  "recoveryCode",
  "notice",
  "userHandle",
  "eventSigning",
  "statement",
  "audit",
  "checkValue",
] as const;

export type KeyPurpose = (typeof keyPurposes)[number];

export const masterSecretBytesMin = 32;

/** Master secrets by id: the first one is used for what is new, the others still open what is old. */
export interface Keyring {
  /** Id of the secret that new codes and ciphertexts are made with; another one after `use`. */
  readonly currentId: string;
  /** As they were given. */
  readonly ids: readonly string[];
  /** Former secrets that are gone and left the keys that outlive them; none of those opens anything. */
  readonly keptIds: readonly string[];
  /** Both together: what may have derived what others present. */
  readonly knownIds: readonly string[];
  /** The secret of the keys that find rows: always the first one that this data was written with. */
  readonly indexId: string;
  /** 32 bytes for one purpose; `undefined` for a key id that this ring does not hold. */
  key(purpose: KeyPurpose, id?: string): KeyObject | undefined;
  /**
   * Makes another secret the current one, for good: what was given first was replaced elsewhere. Where the ring does not
   * hold it, nothing can be sealed or derived with this ring any more.
   */
  use(id: string): void;
}

/**
 * Builds the ring. Give the current secret first.
 * @throws SecretInvalid for a secret of less than 32 bytes or one that is plainly an example (K-5).
 */
export function createKeyring(masterSecrets: readonly Secret[]): Keyring {
  const keys = new Map<string, ReadonlyMap<string, KeyObject>>();
  const ids: string[] = [];
  for (const secret of masterSecrets) {
    const material = checkedMaterial(secret);
    // The id is public: a digest under its own label tells nothing about the keys beside it.
    const id = Buffer.from(derive(material, "id")).subarray(0, 4).toString("hex");
    if (ids.includes(id)) continue;
    ids.push(id);
    // Imported once: a key given as bytes is imported anew by every HMAC, which costs four times the HMAC (measured).
    const made = keyPurposes.map((purpose) => [purpose, createSecretKey(derive(material, purpose))] as const);
    keys.set(id, new Map(made));
  }
  const currentId = ids[0];
  if (currentId === undefined) throw new SecretInvalid("no master secret was given");
  return ringOf(keys, ids, { currentId, keptIds: [], indexId: ids.at(-1) ?? currentId });
}

function ringOf(
  keys: ReadonlyMap<string, ReadonlyMap<string, KeyObject>>,
  ids: readonly string[],
  { currentId, keptIds, indexId }: Pick<Keyring, "currentId" | "keptIds" | "indexId">,
): Keyring {
  let usedId = currentId;
  return {
    get currentId() {
      return usedId;
    },
    ids,
    keptIds,
    knownIds: [...ids, ...keptIds],
    indexId,
    key: (purpose, id = usedId) => keys.get(id)?.get(purpose),
    use(id) {
      usedId = id;
    },
  };
}

/**
 * What outlives its master secret, since it cannot be made anew: indexes under which rows are found, handles in passkeys,
 * peppers in hashes, and what others outside hold or verify. Nothing that was sealed is opened with any of these.
 */
const lastingPurposes = [
  "blindIndex",
  "binding",
  "fingerprint",
  "page",
  "counter",
  "callback",
  "pepper",
  "recoveryCode",
  "dialect",
  "notice",
  "userHandle",
  "eventSigning",
  "audit",
] as const satisfies readonly KeyPurpose[];

/** The lasting keys of former secrets, by id and purpose, in base64url. */
export type LastingKeys = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Those of every former secret that the ring has, whole or kept. */
export function lastingKeys(keyring: Keyring): LastingKeys {
  const former = keyring.knownIds.filter((id) => id !== keyring.currentId);
  const keysOf = (id: string) =>
    lastingPurposes.map((one) => [one, requireKey(keyring, one, id).export().toString("base64url")]);
  return Object.fromEntries(former.map((id) => [id, Object.fromEntries(keysOf(id))]));
}

/** The ring with the lasting keys of secrets that it lacks, and with the secret under which this data has its indexes. */
export function withLastingKeys(keyring: Keyring, kept: LastingKeys, indexId: string): Keyring {
  const keptIds = Object.keys(kept).filter((id) => !keyring.ids.includes(id));
  const keys = new Map<string, ReadonlyMap<string, KeyObject>>();
  for (const id of keyring.ids) {
    keys.set(id, new Map(keyPurposes.map((one) => [one, requireKey(keyring, one, id)])));
  }
  for (const id of keptIds) {
    const made = Object.entries(kept[id] ?? {}).map(
      ([purpose, text]) => [purpose, createSecretKey(Buffer.from(text, "base64url"))] as const,
    );
    keys.set(id, new Map(made));
  }
  return ringOf(keys, keyring.ids, { currentId: keyring.currentId, keptIds, indexId });
}

function checkedMaterial(secret: Secret): Buffer {
  const material = Buffer.from(secret.reveal(), "utf8");
  if (material.length < masterSecretBytesMin) {
    throw new SecretInvalid(
      `the master secret has ${material.length} bytes, and at least ${masterSecretBytesMin} are needed: make one with \`openssl rand -base64 32\``,
    );
  }
  const isExample = /change.?me|example|default|secretsecret|password/i.test(secret.reveal());
  if (isExample || new Set(material).size < 8) {
    throw new SecretInvalid(
      "the master secret looks like an example: make one with `openssl rand -base64 32`",
    );
  }
  return material;
}

function derive(material: Uint8Array, label: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", material, "countersign", `countersign/v1/${label}`, 32));
}

/** The key of a purpose, for callers that just use the current secret or one known to exist. */
export function requireKey(keyring: Keyring, purpose: KeyPurpose, id?: string): KeyObject {
  const key = keyring.key(purpose, id);
  if (key === undefined) {
    throw new SecretInvalid(
      `the master secret with id ${id ?? keyring.currentId} is missing: add it to COUNTERSIGN_SECRET as a former secret`,
    );
  }
  return key;
}

/** HMAC-SHA-256 over parts, each with its length in front, so that no two lists of parts give the same input (K-1). */
export function keyedDigest(key: KeyObject, parts: readonly string[]): Buffer {
  let input = "";
  for (const part of parts) input += `${part.length}:${part}`;
  return hmacSha256(key, input);
}

/** What proves later that the same master secret is in use, without telling anything about it (K-5). */
export function checkValue(keyring: Keyring, id: string): string {
  return keyedDigest(requireKey(keyring, "checkValue", id), ["check"])
    .subarray(0, 16)
    .toString("hex");
}

/** SHA-256 of what a caller presents; the only form in which a bearer secret is stored (W-1). */
export function bearerDigest(presented: string): string {
  return hash("sha256", presented, "base64url");
}
