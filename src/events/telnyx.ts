import { type Channel, type Status, unreachable, type Verification } from "../verification/index.ts";
import type { Endpoint, EventType, WebhookEvent } from "./records.ts";

/** What the webhooks of a verify profile tell: what became of each message. */
export const telnyxEventTypes = [
  "delivery.accepted",
  "delivery.delivered",
  "delivery.failed",
  "delivery.unconfirmed",
] as const satisfies readonly EventType[];

/** A verification's status as the vendor writes it. */
export const telnyxStatus = {
  pending: "pending",
  approved: "accepted",
  exhausted: "invalid",
  canceled: "invalid",
  expired: "expired",
  undeliverable: "error",
} satisfies Readonly<Record<Status, string>>;

/** A channel as the vendor calls it. */
export function telnyxType(channel: Channel): string {
  switch (channel) {
    case "sms":
      return "sms";
    case "voice":
      return "call";
    case "email":
      // No start of the facade is one, and what others start is not shown there.
      return "sms";
    default:
      return unreachable(channel);
  }
}

/** With microseconds and without a zone, as the vendor writes UTC. */
export function telnyxDate(at: number): string {
  return `${new Date(at).toISOString().slice(0, -1)}000`;
}

/** What an event was about, as it is when it is posted. */
export interface TelnyxSubject {
  readonly verification: Verification;
  /** Null once it was erased. */
  readonly phoneNumber: string | null;
  readonly profileId: string;
  /** Whether a carrier took the message before whatever became of it. */
  readonly wasAccepted: boolean;
}

/** Where the post goes that is under way: the second address takes turns, and comes first while the first one fails. */
export function telnyxAddress(event: WebhookEvent, { url, failoverUrl, failingSince }: Endpoint): string {
  const first = failingSince === null ? 1 : 0;
  return failoverUrl !== undefined && event.tries % 2 !== first ? failoverUrl : url;
}

/** The body of a webhook. The vendor has the caller's own code in it; here no code leaves in any webhook. */
export function telnyxPayload(
  event: WebhookEvent,
  { verification, phoneNumber, profileId, wasAccepted }: TelnyxSubject,
  deliveredTo: string,
): unknown {
  const { createdAt, endsAt, checks, status } = verification;
  const settledAt = status === "pending" ? null : verification.settledAt;
  // As it stood then: a receiver that is slow is told of a message, not of what came after it.
  const wasSettled = settledAt !== null && settledAt <= event.occurredAt;
  const told = toldOf(event.type, wasAccepted);
  return {
    data: {
      event_type: told.type,
      id: event.eventId,
      occurred_at: new Date(event.occurredAt).toISOString(),
      record_type: "event",
      payload: {
        id: verification.id,
        type: telnyxType(event.data["channel"] as Channel),
        status: wasSettled ? telnyxStatus[status] : telnyxStatus.pending,
        delivery_status: told.status,
        failed_attempts: checks.filter(({ right, at }) => !right && at <= event.occurredAt).length,
        phone_number: phoneNumber,
        profile_id: profileId,
        custom_code: null,
        extension: null,
        mccmnc: null,
        timeout_secs: Math.round((endsAt - createdAt) / 1_000),
        record_type: "verification",
        created_at: telnyxDate(createdAt),
        updated_at: telnyxDate(event.occurredAt),
      },
    },
    meta: { attempt: event.tries, delivered_to: deliveredTo },
  };
}

function toldOf(type: EventType, wasAccepted: boolean): { readonly type: string; readonly status: string } {
  switch (type) {
    case "delivery.accepted":
      return { type: "verify.sent", status: "sent" };
    case "delivery.delivered":
      return { type: "verify.delivered", status: "delivered" };
    case "delivery.unconfirmed":
      return { type: "verify.failed", status: "delivery_unconfirmed" };
    default:
      return { type: "verify.failed", status: wasAccepted ? "delivery_failed" : "sending_failed" };
  }
}
