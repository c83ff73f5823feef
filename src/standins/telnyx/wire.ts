import type { FastifyRequest } from "fastify";
import { textsEqual } from "../../secrets/index.ts";
import { standinAccounts } from "../accounts.ts";
import { type StandinParts, uuidId } from "../parts.ts";
import { bearerOf, jsonObject, textOf } from "../requests.ts";

const account = standinAccounts.telnyx;

export interface TelnyxMessage {
  readonly id: string;
  readonly to: string;
  readonly from: string;
  readonly text: string;
  readonly at: number;
  readonly webhookUrl: string | null;
}

export interface TelnyxRefusal {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
}

const titles: Readonly<Record<string, string>> = {
  "10004": "Missing required parameter",
  "10005": "Resource not found",
  "10009": "Authentication failed",
  "10010": "Authorization failed",
  "10011": "Too many requests",
  "10015": "Bad Request",
  "10016": "Phone number must be in +E.164 format",
  "40013": "Invalid source number",
};

export function errorBody({ code, detail }: Pick<TelnyxRefusal, "code" | "detail">): unknown {
  const url = `https://developers.telnyx.com/docs/overview/errors/${code}`;
  return { errors: [{ code, title: titles[code] ?? "Error", detail, meta: { url } }] };
}

/** The code that goes with a status where nobody named one. */
export function codeOf(status: number): string {
  const codes: Readonly<Record<number, string>> = { 401: "10009", 403: "10010", 404: "10005", 429: "10011" };
  return codes[status] ?? (status >= 500 ? "10007" : "10015");
}

export function isAuthorized(request: FastifyRequest): boolean {
  const bearer = bearerOf(request);
  return bearer !== null && textsEqual(bearer, account.apiKey);
}

/** A message, or why the vendor would not take it. */
export function readMessage(parts: StandinParts, request: FastifyRequest): TelnyxMessage | TelnyxRefusal {
  if (!isAuthorized(request)) return { status: 401, code: "10009", detail: "The API key is wrong." };
  const body = jsonObject(request);
  if (body === null) return { status: 400, code: "10015", detail: "The body is no JSON object." };
  const [to, text] = [textOf(body["to"]), textOf(body["text"])];
  if (to === null || text === null) {
    return { status: 400, code: "10004", detail: "to and text are required." };
  }
  if (!/^\+[1-9]\d{6,14}$/.test(to)) {
    return { status: 400, code: "10016", detail: "to must be in +E.164 format." };
  }
  const from = textOf(body["from"]);
  const isKnown =
    from === account.number ||
    (body["messaging_profile_id"] === account.messagingProfileId &&
      (from === null || /^[A-Za-z0-9 ]{1,11}$/.test(from)));
  if (!isKnown) return { status: 400, code: "40013", detail: "from is no number of the account." };
  return {
    id: uuidId(parts),
    to,
    from: from ?? account.number,
    text,
    at: parts.clock.now(),
    webhookUrl: textOf(body["webhook_url"]),
  };
}

/** The message record of answers and webhooks. */
export function recordOf(message: TelnyxMessage, status: string): Readonly<Record<string, unknown>> {
  const { id, to, from, text, at, webhookUrl } = message;
  const isOver = status === "delivered" || status === "delivery_failed";
  return {
    record_type: "message",
    direction: "outbound",
    id,
    type: "SMS",
    messaging_profile_id: account.messagingProfileId,
    organization_id: "47a530f8-4362-4526-829b-bcee17fd9f7a",
    from: { phone_number: from, carrier: "TELNYX LLC", line_type: "VoIP" },
    to: [{ phone_number: to, status, carrier: "SANDBOX", line_type: "Wireless" }],
    cc: [],
    text,
    media: [],
    webhook_url: webhookUrl,
    webhook_failover_url: null,
    encoding: "GSM-7",
    parts: 1,
    tags: [],
    cost: { amount: "0.0051", currency: "USD" },
    received_at: new Date(at).toISOString(),
    sent_at: null,
    completed_at: isOver ? new Date(at).toISOString() : null,
    valid_until: null,
    errors: [],
  };
}

export function eventOf(parts: StandinParts, type: string, payload: unknown, url: string): unknown {
  const occurred_at = new Date(parts.clock.now()).toISOString();
  return {
    data: { event_type: type, id: uuidId(parts), occurred_at, record_type: "event", payload },
    meta: { attempt: 1, delivered_to: url },
  };
}
