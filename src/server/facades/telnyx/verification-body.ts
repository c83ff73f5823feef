import type { VerificationView } from "../../../engine/index.ts";
import { type Channel, type Status, unreachable } from "../../../verification/index.ts";

const statusWords = {
  pending: "pending",
  approved: "accepted",
  exhausted: "invalid",
  canceled: "invalid",
  expired: "expired",
  undeliverable: "error",
} satisfies Readonly<Record<Status, string>>;

/** A verification as the vendor shows it. Its code is never among it, not even the caller's own (C-13). */
export function toVerification(view: VerificationView, profileId: string): Readonly<Record<string, unknown>> {
  return {
    id: view.id,
    created_at: telnyxDate(view.createdAt),
    updated_at: telnyxDate(view.settledAt ?? view.createdAt),
    record_type: "verification",
    phone_number: view.to,
    type: typeOf(view.channel),
    status: statusWords[view.status],
    timeout_secs: Math.round((view.endsAt - view.createdAt) / 1_000),
    verify_profile_id: profileId,
    custom_code: null,
  };
}

function typeOf(channel: Channel): string {
  switch (channel) {
    case "sms":
      return "sms";
    case "voice":
      return "call";
    case "email":
      // No start of this facade is one, and what others start is not shown here.
      return "sms";
    default:
      return unreachable(channel);
  }
}

/** With microseconds and without a zone, as the vendor writes UTC. */
export function telnyxDate(at: number): string {
  return `${new Date(at).toISOString().slice(0, -1)}000`;
}
