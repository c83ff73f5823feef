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
import { checkValue, type Keyring, Secret, SecretInvalid } from "../secrets/index.ts";
import type { Store } from "../store/index.ts";

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

/**
 * Refuses to run with a secret that this data was not written with: every number and code would be unreadable (K-5).
 * A new secret is kept only then: after a refusal the wrong one would lie where the right one is looked for.
 * @throws SecretInvalid
 */
export async function proveSecrets(store: Store, keyring: Keyring, keep: () => void): Promise<void> {
  const known = await store.readMeta("secret_ids");
  const ids = known === undefined ? [] : known.split(",");
  const missing = ids.filter((id) => !keyring.ids.includes(id));
  if (missing.length > 0) {
    throw new SecretInvalid(
      `this data was written with another master secret (id ${missing.join(", ")}): bring it back in the file "secret" of the data folder or in COUNTERSIGN_SECRET`,
    );
  }
  const unchecked: string[] = [];
  for (const id of keyring.ids) {
    const stored = await store.readMeta(checkName(id));
    if (stored === undefined) unchecked.push(id);
    else if (stored !== checkValue(keyring, id)) {
      throw new SecretInvalid(`the master secret with id ${id} is not the one this data was written with`);
    }
  }
  keep();
  for (const id of unchecked) await store.writeMeta(checkName(id), checkValue(keyring, id));
  const all = [...new Set([...ids, ...keyring.ids])].join(",");
  if (all !== known) await store.writeMeta("secret_ids", all);
}

function checkName(id: string): string {
  return `secret_check_${id}`;
}
