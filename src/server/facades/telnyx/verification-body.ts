import type { VerificationView } from "../../../engine/index.ts";
import { telnyxDate, telnyxStatus, telnyxType } from "../../../events/index.ts";

/** A verification as the vendor shows it. Its code is never among it, not even the caller's own (C-13). */
export function toVerification(view: VerificationView, profileId: string): Readonly<Record<string, unknown>> {
  return {
    id: view.id,
    created_at: telnyxDate(view.createdAt),
    updated_at: telnyxDate(view.settledAt ?? view.createdAt),
    record_type: "verification",
    phone_number: view.to ?? "",
    type: telnyxType(view.channel),
    status: telnyxStatus[view.status],
    timeout_secs: Math.round((view.endsAt - view.createdAt) / 1_000),
    verify_profile_id: profileId,
    custom_code: null,
  };
}
