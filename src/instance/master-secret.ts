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

/** The master secret beside the embedded database: read, or made with mode 0600 the first time. */
export function secretBesideDatabase(folder: string, random: Random): Secret {
  const path = join(folder, "secret");
  if (!existsSync(path)) {
    const made = Buffer.from(random.bytes(32)).toString("base64url");
    keepSecret(folder, path, `${made}\n`);
  }
  return new Secret(readFileSync(path, "utf8").trim());
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
 * @throws SecretInvalid
 */
export async function proveSecrets(store: Store, keyring: Keyring): Promise<void> {
  const known = await store.readMeta("secret_ids");
  const ids = known === undefined ? [] : known.split(",");
  const missing = ids.filter((id) => !keyring.ids.includes(id));
  if (missing.length > 0) {
    throw new SecretInvalid(
      `this data was written with another master secret (id ${missing.join(", ")}): bring it back in the file "secret" of the data folder or in COUNTERSIGN_SECRET`,
    );
  }
  for (const id of keyring.ids) {
    const name = `secret_check_${id}`;
    const stored = await store.readMeta(name);
    if (stored !== undefined && stored !== checkValue(keyring, id)) {
      throw new SecretInvalid(`the master secret with id ${id} is not the one this data was written with`);
    }
    if (stored === undefined) await store.writeMeta(name, checkValue(keyring, id));
  }
  const all = [...new Set([...ids, ...keyring.ids])].join(",");
  if (all !== known) await store.writeMeta("secret_ids", all);
}
