import type { GuardDecision } from "../guard/index.ts";
import type { PhoneChannel, PhoneNumber } from "../numbers/index.ts";
import { blindIndex } from "../secrets/index.ts";
import { key } from "../store/index.ts";
import type { Guard } from "./guard.ts";
import { factsBefore } from "./guard-door.ts";
import type { EngineParts } from "./parts.ts";

export interface PreviewRequest {
  readonly tenantId: string;
  readonly phoneNumber: PhoneNumber;
  readonly channel: PhoneChannel;
}

const unknownFacts = { isProven: false, hadText: false, calledAt: [] };

/** What the guard would say to a start with a key; null where there is none. Nothing is counted. */
export async function preview(
  parts: EngineParts,
  guard: Guard | null,
  { tenantId, phoneNumber, channel }: PreviewRequest,
): Promise<GuardDecision | null> {
  if (guard === null) return null;
  const recipientId = blindIndex(parts.keyring, tenantId, "phone", phoneNumber.e164);
  const recipient = await parts.store.get(key("recipient", recipientId));
  const ask = {
    tenantId,
    recipientId,
    phoneNumber,
    channel,
    segments: 1,
    isStart: true,
    caller: { surface: "key" },
    subject: null,
    binding: null,
  } as const;
  // No message is counted yet, of which a call would be the last.
  return await guard.preview(ask, recipient === undefined ? unknownFacts : factsBefore(recipient, "sms"));
}
