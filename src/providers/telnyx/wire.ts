import {
  type CallbackReading,
  nothingToRead,
  type OutgoingMessage,
  oneInbound,
  oneReceipt,
} from "../../delivery/index.ts";
import type { ReceiptStatus } from "../../verification/index.ts";
import { at, textAt } from "../reading.ts";
import type { CarrierReason } from "../reasons.ts";
import type { TelnyxSettings } from "./settings.ts";

/** The body of `POST /v2/messages`. */
export function messageBody(
  { from, messagingProfileId }: TelnyxSettings,
  { to, text }: OutgoingMessage,
  receiptUrl: string | null,
): Readonly<Record<string, string | boolean>> {
  return {
    from,
    to,
    text,
    type: "SMS",
    ...(messagingProfileId === null ? {} : { messaging_profile_id: messagingProfileId }),
    ...(receiptUrl === null ? {} : { webhook_url: receiptUrl, use_profile_webhooks: false }),
  };
}

/** Codes of the API and, since they can come at once, of delivery. */
const reasons: Readonly<Record<string, CarrierReason>> = {
  "10001": "number_refused",
  "10002": "number_refused",
  "10009": "credentials_refused",
  "10010": "forbidden_by_carrier",
  "10016": "number_refused",
  "40001": "not_routable",
  "40003": "taken_for_spam",
  "40004": "rejected_by_destination",
  "40008": "not_routable",
  "40009": "value_refused",
  "40012": "number_refused",
  "40013": "sender_refused",
  "40015": "taken_for_spam",
};

export function reasonOf(body: unknown): CarrierReason | null {
  const code = textAt(body, "errors", 0, "code");
  return code === null ? null : (reasons[code] ?? null);
}

const statuses: Readonly<Record<string, ReceiptStatus>> = {
  queued: "sent",
  sending: "sent",
  sent: "sent",
  delivery_unconfirmed: "sent",
  delivered: "delivered",
  expired: "failed",
  sending_failed: "failed",
  delivery_failed: "failed",
};

/** The events of messages; others say nothing that matters here. */
export function readMessageEvent(event: unknown, reference: string | null): CallbackReading {
  const type = at(event, "data", "event_type");
  const payload = at(event, "data", "payload");
  const id = textAt(payload, "id");
  if (type === "message.received" && id !== null) {
    const from = textAt(payload, "from", "phone_number");
    const to = textAt(payload, "to", 0, "phone_number");
    if (from === null || to === null) return nothingToRead;
    return oneInbound({ id, from, to, text: textAt(payload, "text") ?? "" });
  }
  if (type !== "message.sent" && type !== "message.finalized") return nothingToRead;
  const status = statuses[textAt(payload, "to", 0, "status") ?? ""];
  if (status === undefined) return nothingToRead;
  return oneReceipt({ reference, providerMessageId: id, status });
}
