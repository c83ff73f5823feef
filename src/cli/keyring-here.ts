import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createKeyring, type Keyring, Secret } from "../secrets/index.ts";

/** What a command knows without a server: the secrets of the settings, else the one of a data folder; null for none. */
export function keyringHere(folder: string, secrets: readonly Secret[]): Keyring | null {
  if (secrets.length > 0) return createKeyring(secrets);
  const path = join(folder, "secret");
  return existsSync(path) ? createKeyring([new Secret(readFileSync(path, "utf8").trim())]) : null;
}
