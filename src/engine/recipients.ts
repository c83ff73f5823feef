import { type NumberRefusal, type PhoneNumber, parseEmail, parsePhoneNumber } from "../numbers/index.ts";
import { blindIndex } from "../secrets/index.ts";
import { key } from "../store/index.ts";
import { unlock } from "../verification/index.ts";
import type { EngineParts } from "./parts.ts";

export interface RecipientRequest {
  readonly tenantId: string;
  readonly to: string;
}

/** Who something goes to. */
export interface ParsedRecipient {
  /** E.164 number, or e-mail address. */
  readonly address: string;
  /** Null for an e-mail address. */
  readonly phoneNumber: PhoneNumber | null;
}

export type RecipientRefusal =
  | { readonly type: "numberInvalid"; readonly reason: NumberRefusal; readonly detail: string }
  | { readonly type: "requestInvalid"; readonly field: string; readonly detail: string };

/** A phone number as people write it, or, where there is an @ in it, an e-mail address. */
export function parseRecipient(
  { numberOverrides }: EngineParts,
  to: string,
): ParsedRecipient | { readonly refused: RecipientRefusal } {
  if (to.includes("@")) {
    const parsed = parseEmail(to);
    if (parsed.type === "parsed") return { address: parsed.emailAddress, phoneNumber: null };
    return { refused: { type: "requestInvalid", field: "to", detail: parsed.detail } };
  }
  const parsed = parsePhoneNumber(to, { allow: numberOverrides });
  if (parsed.type === "parsed") return { address: parsed.phoneNumber.e164, phoneNumber: parsed.phoneNumber };
  return { refused: { type: "numberInvalid", reason: parsed.reason, detail: parsed.detail } };
}

export function recipientIdFor(
  { keyring }: EngineParts,
  tenantId: string,
  { address, phoneNumber }: ParsedRecipient,
): string {
  return blindIndex(keyring, tenantId, phoneNumber === null ? "email" : "phone", address);
}

/** The recipient of a number or an e-mail address as somebody wrote it; null where it is neither. */
export function recipientIdOf(parts: EngineParts, tenantId: string, to: string): string | null {
  const parsed = parseRecipient(parts, to);
  return "refused" in parsed ? null : recipientIdFor(parts, tenantId, parsed);
}

export type UnlockResult = { readonly outcome: "unlocked" } | { readonly outcome: "numberInvalid" };

/** The tenant opens a locked recipient early. A number that was never seen is open already. */
export async function unlockRecipient(parts: EngineParts, request: RecipientRequest): Promise<UnlockResult> {
  const id = recipientIdOf(parts, request.tenantId, request.to);
  if (id === null) return { outcome: "numberInvalid" };
  const recipientKey = key("recipient", id);
  return await parts.store.update<UnlockResult>([recipientKey], (rows) => {
    const recipient = rows.get(recipientKey);
    if (recipient === undefined) return { writes: [], result: { outcome: "unlocked" } };
    return { writes: [{ table: "recipient", id, row: unlock(recipient) }], result: { outcome: "unlocked" } };
  });
}
