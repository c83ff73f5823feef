import type { FastifyRequest } from "fastify";
import { countSegments } from "../../../delivery/index.ts";
import type { MessageView } from "../../../engine/index.ts";
import { microsPerUnit } from "../../../guard/index.ts";
import type { CarrierReason } from "../../../providers/reasons.ts";
import { costFor, type Fate, fateOf, sentAt } from "../relay.ts";

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
const deliveryErrors = {
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
} satisfies Readonly<Record<CarrierReason, DeliveryError>>;

/** A message as the vendor shows it. */
export async function toMessage(
  request: FastifyRequest,
  view: MessageView,
): Promise<Readonly<Record<string, unknown>>> {
  const { delivery, text } = view;
  const segments = countSegments(text);
  const cost = await costFor(request, delivery);
  const sent = sentAt(delivery);
  return {
    record_type: "message",
    direction: "outbound",
    id: view.id,
    type: "SMS",
    organization_id: request.caller.tenantId,
    messaging_profile_id: "",
    from: { phone_number: view.from ?? "", carrier: "", line_type: "" },
    to: [{ phone_number: view.to, status: statusWords[fateOf(delivery)], carrier: "", line_type: "" }],
    cc: [],
    text,
    media: [],
    webhook_url: null,
    webhook_failover_url: null,
    encoding: segments.encoding === "ucs2" ? "UCS-2" : "GSM-7",
    parts: segments.count,
    num_chars: [...text].length,
    tags: [],
    cost: cost === null ? null : { amount: (cost / microsPerUnit).toFixed(4), currency: "USD" },
    received_at: new Date(view.createdAt).toISOString(),
    sent_at: sent === null ? null : new Date(sent).toISOString(),
    completed_at: null,
    valid_until: new Date(delivery.deadline).toISOString(),
    errors: errorsOf(view),
  };
}

function errorsOf({ delivery }: MessageView): readonly unknown[] {
  const fate = fateOf(delivery);
  if (fate === "expired") return [{ ...expired, detail: expired.title }];
  if (fate !== "refused" && fate !== "failed") return [];
  const reason = delivery.attempts.at(-1)?.reason ?? "";
  const known = (deliveryErrors as Readonly<Record<string, DeliveryError>>)[reason] ?? undeliverable;
  return [{ ...known, detail: reason === "" ? known.title : `The carrier's reason: ${reason}.` }];
}
