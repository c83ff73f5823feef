import { parsePhoneNumber } from "../numbers/index.ts";
import { blindIndex } from "../secrets/index.ts";
import { key } from "../store/index.ts";
import { unlock } from "../verification/index.ts";
import type { EngineParts } from "./parts.ts";

export interface RecipientRequest {
  readonly tenantId: string;
  readonly to: string;
}

/** The recipient of a number as somebody wrote it; null where it is no number. */
export function recipientIdOf(parts: EngineParts, tenantId: string, to: string): string | null {
  const parsed = parsePhoneNumber(to, { allow: parts.numberOverrides });
  if (parsed.type === "refused") return null;
  return blindIndex(parts.keyring, tenantId, "phone", parsed.phoneNumber.e164);
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
