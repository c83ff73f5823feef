import { parsePhoneNumber } from "../numbers/index.ts";
import { blindIndex } from "../secrets/index.ts";
import { key } from "../store/index.ts";
import { unlock } from "../verification/index.ts";
import type { EngineParts } from "./parts.ts";

export interface RecipientRequest {
  readonly tenantId: string;
  readonly to: string;
}

export type UnlockResult = { readonly outcome: "unlocked" } | { readonly outcome: "numberInvalid" };

/** The tenant opens a locked recipient early. A number that was never seen is open already. */
export async function unlockRecipient(parts: EngineParts, request: RecipientRequest): Promise<UnlockResult> {
  const parsed = parsePhoneNumber(request.to, { allow: parts.numberOverrides });
  if (parsed.type === "refused") return { outcome: "numberInvalid" };
  const id = blindIndex(parts.keyring, request.tenantId, "phone", parsed.phoneNumber.e164);
  const recipientKey = key("recipient", id);
  return await parts.store.update<UnlockResult>([recipientKey], (rows) => {
    const recipient = rows.get(recipientKey);
    if (recipient === undefined) return { writes: [], result: { outcome: "unlocked" } };
    return { writes: [{ table: "recipient", id, row: unlock(recipient) }], result: { outcome: "unlocked" } };
  });
}
