import { pbkdf2Sync } from "node:crypto";

/** A password's hash as another application may have it: not made as hashes are made here. */
export function importedHash(password: string): string {
  const salt = Buffer.from("sixteen bytes...");
  const digest = pbkdf2Sync(password, salt, 10, 32, "sha256");
  const base64 = (bytes: Buffer) => bytes.toString("base64").replaceAll("=", "");
  return `$pbkdf2-sha256$i=10$${base64(salt)}$${base64(digest)}`;
}
