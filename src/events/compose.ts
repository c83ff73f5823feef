import type { Random } from "../clock/index.ts";
import { eventSigner, type Keyring, open, type SealContext, seal, signWebhook } from "../secrets/index.ts";
import { key, type Store } from "../store/index.ts";
import type { DataKeyring } from "../tenants/index.ts";
import { unreachable } from "../verification/index.ts";
import { secretsOf } from "./endpoints.ts";
import { messageReceipt } from "./message-receipts.ts";
import { type MaskedRecipient, payloadOf } from "./payload.ts";
import type { PostRequest } from "./post.ts";
import type { Endpoint, WebhookEvent } from "./records.ts";
import { telnyxAddress, telnyxPayload } from "./telnyx.ts";

export interface ComposeParts {
  readonly store: Store;
  readonly keyring: Keyring;
  readonly dataKeyring: DataKeyring;
  readonly masked: MaskedRecipient;
  /** The whole address of a recipient, for vendors whose receivers know numbers; null for one that is gone. */
  readonly unmasked: MaskedRecipient;
}

const json = "application/json; charset=utf-8";

/** The request that tells an endpoint of an event, in its words; null where nothing is left to tell. */
export async function compose(
  parts: ComposeParts,
  event: WebhookEvent,
  endpoint: Endpoint,
  now: number,
): Promise<PostRequest | null> {
  switch (endpoint.dialect) {
    case undefined:
      return await inOurWords(parts, event, endpoint, now);
    case "telnyx":
      return await asTelnyx(parts, event, endpoint, now);
    case "receipts":
      return await messageReceipt(parts, event, now);
    case "callbacks":
      return asAsked(parts, event);
    default:
      return unreachable(endpoint.dialect);
  }
}

async function inOurWords(
  { store, dataKeyring, masked }: ComposeParts,
  event: WebhookEvent,
  endpoint: Endpoint,
  now: number,
): Promise<PostRequest> {
  const body = JSON.stringify(await payloadOf(event, store, masked));
  const timestamp = Math.floor(now / 1_000);
  const secrets = await secretsOf(dataKeyring, endpoint, now);
  const signatures = secrets.map((secret) => signWebhook(secret, event.eventId, timestamp, body));
  const headers = {
    "content-type": json,
    "user-agent": "Countersign-Webhooks",
    "webhook-id": event.eventId,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signatures.join(" "),
  };
  return { url: endpoint.url, headers, body };
}

async function asTelnyx(
  { store, keyring, unmasked }: ComposeParts,
  event: WebhookEvent,
  endpoint: Endpoint,
  now: number,
): Promise<PostRequest | null> {
  const { tenantId, serviceId, about } = event;
  const verification = await store.get(key("verification", about.id));
  if (verification?.tenantId !== tenantId) return null;
  const service = await store.get(key("service", serviceId));
  const delivery = await store.get(key("delivery", String(event.data["id"])));
  const url = telnyxAddress(event, endpoint);
  const subject = {
    verification,
    phoneNumber: await unmasked(verification.recipientId),
    profileId: service?.settings.adopted?.telnyxProfile ?? serviceId,
    wasAccepted: delivery?.attempts.some(({ answer }) => answer === "accepted") === true,
  };
  const body = JSON.stringify(telnyxPayload(event, subject, url));
  const timestamp = Math.floor(now / 1_000);
  const headers = {
    "content-type": json,
    "user-agent": "Countersign-Webhooks",
    "telnyx-timestamp": String(timestamp),
    "telnyx-signature-ed25519": eventSigner(keyring, tenantId).sign(timestamp, body),
  };
  return { url, headers, body };
}

/** What a request asked to be told, and where: sealed, since both may hold numbers and secrets of its caller. */
interface Asked {
  readonly url: string;
  readonly body: string;
}

/** Where it is sealed to. */
export function askedContext(eventId: string, tenantId: string): SealContext {
  return { table: "events", column: "data", row: eventId, tenant: tenantId };
}

/** The data of an event that tells one request what it asked for. */
export function sealAsked(
  keyring: Keyring,
  random: Random,
  { eventId, tenantId }: Pick<WebhookEvent, "eventId" | "tenantId">,
  asked: Asked,
): WebhookEvent["data"] {
  return { sealed: seal(keyring, random, askedContext(eventId, tenantId), JSON.stringify(asked)) };
}

function asAsked({ keyring }: ComposeParts, { eventId, tenantId, data }: WebhookEvent): PostRequest | null {
  const { sealed } = data;
  if (typeof sealed !== "string") return null;
  const { url, body } = JSON.parse(open(keyring, askedContext(eventId, tenantId), sealed)) as Asked;
  return { url, headers: { "content-type": "application/json", "user-agent": "Countersign-Webhooks" }, body };
}
