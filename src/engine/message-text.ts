import type { Random } from "../clock/index.ts";
import { type Keyring, open, type SealContext, seal } from "../secrets/index.ts";
import type { Message } from "../verification/index.ts";

/** Where a message's text is sealed to. */
function textContext(id: string, tenantId: string): SealContext {
  return { table: "messages", column: "text", row: id, tenant: tenantId };
}

/** A text may hold a code of the caller's own: the database alone must not tell it. */
export function sealText(
  keyring: Keyring,
  random: Random,
  { id, tenantId }: Pick<Message, "id" | "tenantId">,
  text: string,
): string {
  return seal(keyring, random, textContext(id, tenantId), text);
}

/** @throws SealBroken when it does not open. */
export function openText(keyring: Keyring, { id, tenantId, sealedText }: Message): string {
  return open(keyring, textContext(id, tenantId), sealedText);
}
