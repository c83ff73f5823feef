import { type Delivery, type Fate, sentAt } from "../verification/index.ts";

/** The vendor's words for how a message fares. */
const statusWords = {
  queued: "queued",
  sending: "sending",
  sent: "sent",
  delivered: "delivered",
  refused: "sending_failed",
  failed: "delivery_failed",
  unconfirmed: "delivery_unconfirmed",
  expired: "expired",
} satisfies Readonly<Record<Fate, string>>;

interface DeliveryError {
  readonly code: string;
  readonly title: string;
}

const rejected: DeliveryError = { code: "40004", title: "Rejected by destination" };
const destination: DeliveryError = { code: "40012", title: "Invalid messaging destination number" };
const source: DeliveryError = { code: "40013", title: "Invalid messaging source number" };
const undeliverable: DeliveryError = { code: "40008", title: "Undeliverable" };
const spam: DeliveryError = { code: "40003", title: "Blocked as spam - permanent" };
const body: DeliveryError = { code: "40009", title: "Invalid message body" };
const unroutable: DeliveryError = { code: "40001", title: "Not routable" };
const upstream: DeliveryError = { code: "40011", title: "Too many requests" };
const expired: DeliveryError = { code: "40014", title: "Message expired in queue" };

/** What carriers say, in the vendor's codes of delivery. */
const deliveryErrors: Readonly<Record<string, DeliveryError>> = {
  account_out_of_credit: undeliverable,
  carrier_certificate_refused: undeliverable,
  carrier_unavailable: undeliverable,
  carrier_unreachable: undeliverable,
  country_not_permitted: destination,
  credentials_refused: undeliverable,
  forbidden_by_carrier: undeliverable,
  not_mobile: unroutable,
  not_routable: unroutable,
  not_sent_in_time: expired,
  number_not_supported: destination,
  number_refused: destination,
  opted_out: { code: "40300", title: "Blocked due to STOP message" },
  rate_limited: upstream,
  redirect_refused: undeliverable,
  rejected_by_destination: rejected,
  request_refused: undeliverable,
  sender_refused: source,
  taken_for_spam: spam,
  value_refused: body,
};

/** What is shown of a message. */
export interface ShownMessage {
  readonly id: string;
  readonly tenantId: string;
  readonly to: string;
  readonly from: string | null;
  readonly text: string;
  readonly createdAt: number;
  readonly delivery: Delivery;
  readonly webhookUrl: string | null;
}

/** A message as the vendor shows it; `cost` in units of the operator's currency, null where none is told. */
export function telnyxMessage(
  { id, tenantId, to, from, text, createdAt, delivery, webhookUrl }: ShownMessage,
  fate: Fate,
  cost: string | null,
): Readonly<Record<string, unknown>> {
  const sent = sentAt(delivery);
  return {
    record_type: "message",
    direction: "outbound",
    id,
    type: "SMS",
    organization_id: tenantId,
    messaging_profile_id: "",
    from: { phone_number: from ?? "", carrier: "", line_type: "" },
    to: [{ phone_number: to, status: statusWords[fate], carrier: "", line_type: "" }],
    cc: [],
    text,
    media: [],
    webhook_url: webhookUrl,
    webhook_failover_url: null,
    encoding: delivery.encoding === "ucs2" ? "UCS-2" : "GSM-7",
    parts: delivery.segments ?? 1,
    num_chars: [...text].length,
    tags: [],
    cost: cost === null ? null : { amount: cost, currency: "USD" },
    received_at: new Date(createdAt).toISOString(),
    sent_at: sent === null ? null : new Date(sent).toISOString(),
    completed_at: null,
    valid_until: new Date(delivery.deadline).toISOString(),
    errors: errorsOf(delivery, fate),
  };
}

function errorsOf(delivery: Delivery, fate: Fate): readonly unknown[] {
  if (fate === "expired") return [{ ...expired, detail: expired.title }];
  if (fate !== "refused" && fate !== "failed") return [];
  const reason = delivery.attempts.at(-1)?.reason ?? "";
  const known = deliveryErrors[reason] ?? undeliverable;
  return [{ ...known, detail: reason === "" ? known.title : `The carrier's reason: ${reason}.` }];
}
