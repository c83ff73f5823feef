import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import process from "node:process";
import type { Random } from "../clock/index.ts";
import {
  completeRing,
  countSeals,
  isReplaced,
  lastRotation,
  pepperName,
  readLastingKeys,
  type SealCount,
  usedSecrets,
} from "../engine/index.ts";
import { checkValue, type Keyring, type LastingKeys, Secret, SecretInvalid } from "../secrets/index.ts";
import type { Store } from "../store/index.ts";
import { useDataKeys, usesDataKeys } from "../tenants/index.ts";
import { checkName, idsName, neededSecrets, retiredName } from "./needed-secrets.ts";

/** The master secret of the data folder. One that was just made is in memory alone until it is kept. */
export interface FolderSecret {
  readonly secret: Secret;
  /** Writes a new one down, with mode 0600. To be called before anything is written with it, and after all refusals. */
  keep(): void;
}

/** The master secret beside the embedded database: read, or made the first time. */
export function secretBesideDatabase(folder: string, random: Random): FolderSecret {
  const path = join(folder, "secret");
  if (existsSync(path)) {
    return { secret: new Secret(readFileSync(path, "utf8").trim()), keep: () => {} };
  }
  const made = Buffer.from(random.bytes(32)).toString("base64url");
  return { secret: new Secret(made), keep: () => keepSecret(folder, path, `${made}\n`) };
}

/**
 * Whole and on the disk before anything is written with it: the database survives a power cut, and would be unreadable
 * with a secret that was still in the cache.
 */
function keepSecret(folder: string, path: string, text: string): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text, { mode: 0o600, flush: true });
  try {
    // Not a rename: two processes that start at once must not each keep their own.
    linkSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
  if (process.platform === "win32") return;
  const directory = openSync(folder, "r");
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

/** What a proof of the secrets works with. */
export interface ProvenParts {
  readonly store: Store;
  readonly random: Random;
  readonly now: number;
  /** Of `countUnderMissing`. */
  readonly counted: CountedSeals | null;
}

/** What was under which secret, for those that are missing here. */
export interface CountedSeals {
  readonly missing: readonly string[];
  readonly counts: readonly SealCount[];
}

/**
 * Reads every row where a former secret is gone, before other starts have to wait for this one. Null where there is
 * nothing to count, or where what is counted now may be another thing in a moment: nobody seals with a secret any more
 * once a rotation away from it is over.
 */
export async function countUnderMissing(
  { store, now }: Pick<ProvenParts, "store" | "now">,
  keyring: Keyring,
): Promise<CountedSeals | null> {
  const missing = await missingSecrets(store, keyring);
  if (missing.length === 0 || (await unrotated(store, missing)) !== null) return null;
  return { missing, counts: await countSeals(store, now) };
}

/**
 * Refuses to run with a secret that this data was not written with: every number and code would be unreadable (K-5).
 * A new secret is kept only then: after a refusal the wrong one would lie where the right one is looked for. A former
 * secret may be gone once nothing is under it (K-4); the ring that comes back has the keys that outlive it.
 * @throws SecretInvalid
 */
export async function proveSecrets(parts: ProvenParts, keyring: Keyring, keep: () => void): Promise<Keyring> {
  const { store, random } = parts;
  const known = await store.readMeta(idsName);
  const ids = known === undefined ? [] : known.split(",");
  const missing = await missingSecrets(store, keyring);
  const unchecked: string[] = [];
  for (const id of keyring.ids) {
    const stored = await store.readMeta(checkName(id));
    if (stored === undefined) unchecked.push(id);
    else if (stored !== checkValue(keyring, id)) {
      throw new SecretInvalid(`the master secret with id ${id} is not the one this data was written with`);
    }
  }
  if (missing.length > 0 && !keyring.ids.some((id) => ids.includes(id))) throw otherSecret(missing);
  const kept = await readLastingKeys(store, keyring, { ids });
  if (missing.length > 0) await refuseEarly(parts, missing, kept);
  await noteRetired(store, keyring, missing);
  keep();
  // Nothing was ever written here: no program of before can be about. And after a move the schema says so again.
  if (known === undefined || (await usesDataKeys(store))) await useDataKeys(store);
  for (const id of unchecked) await store.writeMeta(checkName(id), checkValue(keyring, id));
  const all = [...new Set([...ids, ...keyring.ids])].join(",");
  if (all !== known) await store.writeMeta(idsName, all);
  return await completeRing(store, random, keyring, { ids, kept });
}

/** The secrets of this data that are neither here nor known to be needed no more. */
async function missingSecrets(store: Store, keyring: Keyring): Promise<readonly string[]> {
  const metas = await store.metas();
  return neededSecrets(metas).filter((id) => !keyring.ids.includes(id));
}

/**
 * A secret may be gone that nothing is under any more: what the rows say decides, all of which are read once.
 * @throws SecretInvalid that names what is left
 */
async function refuseEarly(
  { store, now, counted }: ProvenParts,
  missing: readonly string[],
  kept: LastingKeys,
): Promise<void> {
  const unknown = missing.filter((id) => kept[id] === undefined);
  if (unknown.length > 0) throw otherSecret(unknown);
  const isCounted = counted !== null && missing.every((id) => counted.missing.includes(id));
  const left = (isCounted ? counted.counts : await countSeals(store, now)).filter(
    ({ keyId, value }) => missing.includes(keyId) && value !== pepperName,
  );
  const still = left.map(({ value, keyId, count }) => `${value} under ${keyId}: ${count}`);
  const what = still.length > 0 ? still.join(", ") : await unrotated(store, missing);
  if (what === null) return;
  throw new SecretInvalid(
    `a former master secret was taken away too early (${what}): put it behind the current one in COUNTERSIGN_SECRET again, run \`countersign secrets rotate\`, and take it away when \`countersign secrets status\` says that it may be`,
  );
}

/** Where another server may still seal with a secret that is missing, what is to do about it. */
async function unrotated(store: Store, missing: readonly string[]): Promise<string | null> {
  const rotation = await lastRotation(store);
  if (rotation !== undefined && rotation.finishedAt === null) return "a rotation is under way";
  const used = (await usedSecrets(store)) ?? [];
  const id = missing.find((one) => !isReplaced(used, one, rotation));
  return id === undefined ? null : `no rotation has replaced ${id} yet`;
}

/** Those that are gone; one that came back seals again, and is looked at again when it goes. */
async function noteRetired(store: Store, keyring: Keyring, missing: readonly string[]): Promise<void> {
  const known = (await store.readMeta(retiredName)) ?? "";
  const all = new Set(
    [...known.split(","), ...missing].filter((id) => id !== "" && !keyring.ids.includes(id)),
  );
  const text = [...all].join(",");
  if (text !== known) await store.writeMeta(retiredName, text);
}

function otherSecret(ids: readonly string[]): SecretInvalid {
  return new SecretInvalid(
    `this data was written with another master secret (id ${ids.join(", ")}): bring it back in the file "secret" of the data folder or in COUNTERSIGN_SECRET`,
  );
}
