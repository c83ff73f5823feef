import type { Random } from "../clock/index.ts";
import type { Message } from "../verification/index.ts";
import type { Keyring } from "./keyring.ts";
import { open, type SealContext, seal } from "./sealing.ts";

type Owner = Pick<Message, "id" | "tenantId">;

/** What is sealed of a message, and where to. */
export function messageContext({ id, tenantId }: Owner, column: "text" | "receipts"): SealContext {
  return { table: "messages", column, row: id, tenant: tenantId };
}

/** A text may hold a code of the caller's own: the database alone must not tell it. */
export function sealText(keyring: Keyring, random: Random, message: Owner, text: string): string {
  return seal(keyring, random, messageContext(message, "text"), text);
}

/** @throws SealBroken when it does not open. */
export function openText(keyring: Keyring, message: Message): string {
  return open(keyring, messageContext(message, "text"), message.sealedText);
}

/** An address may hold numbers and secrets of the caller. */
export function sealReceiptUrl(keyring: Keyring, random: Random, message: Owner, url: string): string {
  return seal(keyring, random, messageContext(message, "receipts"), url);
}

/** @throws SealBroken when it does not open. */
export function openReceiptUrl(keyring: Keyring, message: Owner, sealed: string): string {
  return open(keyring, messageContext(message, "receipts"), sealed);
}
