import {
  dialectSigningSecret,
  eventSigner,
  type Keyring,
  openReceiptUrl,
  openText,
  requestSignature,
  signedParameters,
} from "../secrets/index.ts";
import { deliveryId, key, type Store } from "../store/index.ts";
import { type Delivery, type Fate, fateOf, type Message, unreachable } from "../verification/index.ts";
import type { MaskedRecipient } from "./payload.ts";
import type { PostRequest } from "./post.ts";
import type { EventType, WebhookEvent } from "./records.ts";
import { telnyxMessage } from "./telnyx-message.ts";

/** What a message's sender is told at the address that the message named. */
export const receiptTypes = [
  "message.accepted",
  "message.delivered",
  "message.failed",
  "message.unconfirmed",
  "message.dropped",
] as const satisfies readonly EventType[];

export interface ReceiptParts {
  readonly store: Store;
  readonly keyring: Keyring;
  readonly unmasked: MaskedRecipient;
}

/** A message as its receipt shows it. */
interface Told {
  readonly message: Message;
  readonly delivery: Delivery;
  readonly to: string;
  readonly text: string;
  readonly url: string;
  readonly fate: Fate;
}

/** The receipt in the words of the vendor whose API the message came by; null where nothing is left to tell. */
export async function messageReceipt(
  parts: ReceiptParts,
  event: WebhookEvent,
  now: number,
): Promise<PostRequest | null> {
  const { store, keyring, unmasked } = parts;
  const message = await store.get(key("message", event.about.id));
  const delivery = await store.get(key("delivery", deliveryId(event.about.id, 1)));
  if (message?.tenantId !== event.tenantId || delivery === undefined) return null;
  const { receipts } = message;
  const to = await unmasked(message.recipientId);
  if (receipts === undefined || to === null) return null;
  const told: Told = {
    message,
    delivery,
    to,
    text: openText(keyring, message),
    url: openReceiptUrl(keyring, message, receipts.sealedUrl),
    fate: fateThen(event.type, delivery),
  };
  switch (receipts.dialect) {
    case "vonage":
      return await asVonage(parts, told, receipts.keyId, now);
    case "telnyx":
      return asTelnyx(parts, told, event, now);
    case "flowroute":
      return asFlowroute(told, event);
    default:
      return unreachable(receipts.dialect);
  }
}

/** As it stood when it happened: a receiver that is slow hears of both, in their order. */
function fateThen(type: EventType, delivery: Delivery): Fate {
  return type === "message.accepted" ? "sent" : fateOf(delivery);
}

const json = "application/json; charset=utf-8";
const agent = { "content-type": json, "user-agent": "Countersign-Webhooks" };

const vonageStatus = {
  queued: "buffered",
  sending: "buffered",
  sent: "accepted",
  delivered: "delivered",
  refused: "rejected",
  failed: "failed",
  unconfirmed: "unknown",
  expired: "expired",
} satisfies Readonly<Record<Fate, string>>;

/** Reasons that the vendor has a number for; all others are its general one. */
const vonageErrors: Readonly<Record<string, string>> = {
  not_mobile: "9",
  not_routable: "11",
  number_refused: "9",
  opted_out: "4",
  rejected_by_destination: "14",
  sender_refused: "51",
  taken_for_spam: "6",
};

/** Its receipts are signed with the secret of the key that sent the message, by HMAC with SHA-256. */
async function asVonage(
  { store, keyring }: ReceiptParts,
  { message, delivery, to, url, fate }: Told,
  keyId: string,
  now: number,
): Promise<PostRequest> {
  const apiKey = await store.get(key("apiKey", keyId));
  const isWell = fate === "sent" || fate === "delivered";
  const reason = delivery.attempts.at(-1)?.reason ?? "";
  const date = new Date(now).toISOString();
  const fields = {
    msisdn: to.replace("+", ""),
    to: (message.from ?? "").replace("+", ""),
    "network-code": "0",
    messageId: message.id.replaceAll("-", ""),
    price: "0.00000000",
    status: vonageStatus[fate],
    scts: date.slice(2, 16).replace(/\D/g, ""),
    "err-code": isWell ? "0" : (vonageErrors[reason] ?? "99"),
    "api-key": apiKey?.dialects.vonage?.user ?? "",
    ...(message.clientRef === null ? {} : { "client-ref": message.clientRef }),
    "message-timestamp": date.slice(0, 19).replace("T", " "),
    timestamp: String(Math.floor(now / 1_000)),
    nonce: message.id,
  };
  const secret = dialectSigningSecret(keyring, "vonage", keyId);
  const sig = requestSignature("sha256", signedParameters(Object.entries(fields)), secret);
  return { url, headers: agent, body: JSON.stringify({ ...fields, sig }) };
}

function asTelnyx({ keyring }: ReceiptParts, told: Told, event: WebhookEvent, now: number): PostRequest {
  const { message, url, fate } = told;
  const payload = telnyxMessage({ ...told, ...message, webhookUrl: url }, fate, null);
  const body = JSON.stringify({
    data: {
      event_type: fate === "sent" ? "message.sent" : "message.finalized",
      id: event.eventId,
      occurred_at: new Date(event.occurredAt).toISOString(),
      payload,
      record_type: "event",
    },
    meta: { attempt: event.tries, delivered_to: url },
  });
  const timestamp = Math.floor(now / 1_000);
  const headers = {
    ...agent,
    "telnyx-timestamp": String(timestamp),
    "telnyx-signature-ed25519": eventSigner(keyring, event.tenantId).sign(timestamp, body),
  };
  return { url, headers, body };
}

/** The vendor's words for how a message fares. */
export const flowrouteStatus = {
  queued: "queued",
  sending: "queued",
  sent: "message buffered",
  delivered: "delivered",
  refused: "smsc reject",
  failed: "delivery failure",
  unconfirmed: "message buffered",
  expired: "smsc reject",
} satisfies Readonly<Record<Fate, string>>;

/** Nothing is signed, as with the vendor: who wants to know has a secret in the address. */
function asFlowroute({ message, text, url, fate }: Told, { occurredAt }: WebhookEvent): PostRequest {
  const id = `mdr2-${message.id.replaceAll("-", "")}`;
  const isFirst = fate === "sent";
  const attributes = {
    body: text,
    level: isFirst ? 1 : 2,
    status: isFirst ? "smsc submit" : flowrouteStatus[fate],
    status_code: null,
    status_code_description: isFirst ? "Message has been sent" : flowrouteStatus[fate],
    timestamp: new Date(occurredAt).toISOString(),
  };
  const links = { related: `/v2.1/messages/${id}` };
  return {
    url,
    headers: agent,
    body: JSON.stringify({ data: { attributes, id, links, type: "delivery_receipt" } }),
  };
}
