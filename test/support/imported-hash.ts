import { pbkdf2Sync } from "node:crypto";
import type { TestInstance } from "./instance.ts";

/** A password's hash as another application may have it: not made as hashes are made here. */
export function importedHash(password: string): string {
  const salt = Buffer.from("sixteen bytes...");
  const digest = pbkdf2Sync(password, salt, 10, 32, "sha256");
  const base64 = (bytes: Buffer) => bytes.toString("base64").replaceAll("=", "");
  return `$pbkdf2-sha256$i=10$${base64(salt)}$${base64(digest)}`;
}

/** Somebody whose password was set in another application, and who needs nothing beside it. */
export async function importedPerson({ accounts, tenantId }: Pick<TestInstance, "accounts" | "tenantId">) {
  const imported = "a password of elsewhere";
  const old = { tenantId, name: "old" };
  const passwordHash = importedHash(imported);
  const made = await accounts.createSubscriber({ ...old, passwordHash, mustHaveSecond: false });
  if (made.outcome !== "created") throw new Error(made.outcome);
  return { imported, old, passwordHash, subscriberId: made.subscriber.id };
}
