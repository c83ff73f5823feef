import type { FastifyRequest } from "fastify";
import { standinAccounts } from "../accounts.ts";
import type { Handed } from "../line.ts";
import { hexId, type StandinParts } from "../parts.ts";
import { post } from "../post.ts";
import { jsonObject } from "../requests.ts";
import { smsRefusal, type VonageState } from "./account.ts";
import { signedForm } from "./signature.ts";

const account = standinAccounts.vonage;

const texts: Readonly<Record<string, string>> = {
  "1": "Throughput Rate Exceeded - please wait [ 33 ] and retry",
  "2": "Missing params",
  "3": "Invalid params",
  "4": "Bad Credentials",
  "5": "Internal Error",
  "6": "Invalid Message",
  "7": "Number barred",
  "8": "Partner account barred",
  "9": "Partner quota violation",
  "10": "Too many existing binds",
  "11": "Account not enabled for HTTP",
  "12": "Message too long",
  "14": "Invalid Signature",
  "15": "Invalid sender address - rejected",
  "22": "Invalid network code",
  "23": "Invalid callback url",
  "29": "Non White-listed Destination - rejected",
  "32": "Signature And API Secret Disallowed",
  "33": "Number De-activated",
};

/** What a program hands over: in the query, as a form or as JSON. */
export function fieldsOf(request: FastifyRequest): Readonly<Record<string, string>> {
  const fields: Record<string, unknown> = { ...(request.query as Record<string, unknown>) };
  const { body } = request;
  if (typeof body === "string" && /json/.test(request.headers["content-type"] ?? "")) {
    Object.assign(fields, jsonObject(request) ?? {});
  } else if (typeof body === "string") {
    Object.assign(fields, Object.fromEntries(new URLSearchParams(body)));
  }
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
}

export interface VonageSms {
  readonly ids: readonly string[];
  readonly to: string;
  readonly from: string;
  readonly text: string;
  readonly reference: string | null;
  readonly receiptUrl: string | null;
}

/** A text, or the status that the vendor answers with. */
export function readSms(
  parts: StandinParts,
  state: VonageState,
  request: FastifyRequest,
): VonageSms | { readonly refusal: string } {
  const fields = fieldsOf(request);
  const refusal = smsRefusal(request, fields, parts.clock.now());
  if (refusal !== null) return { refusal };
  const { to = "", from = "", text = "", callback } = fields;
  if (to === "" || from === "" || text === "") return { refusal: "2" };
  if (!/^\+?\d{7,15}$/.test(to)) return { refusal: "3" };
  const isOwn =
    from.replace(/^\+/, "") === account.number.slice(1) || /^(?=.*[A-Za-z])[\w ]{1,11}$/.test(from);
  if (!isOwn) return { refusal: "15" };
  if (callback !== undefined && (callback.length > 100 || !URL.canParse(callback))) return { refusal: "23" };
  return {
    ids: Array.from({ length: partsOf(text) }, () => hexId(parts).toUpperCase()),
    to: `+${to.replace(/^\+/, "")}`,
    from: /^\+?\d+$/.test(from) ? account.number : from,
    text,
    reference: fields["client-ref"] ?? null,
    receiptUrl: callback ?? state.receiptUrl,
  };
}

function partsOf(text: string): number {
  const [whole, part] = /^[\n\r\x20-\x7e]*$/.test(text) ? [160, 153] : [70, 67];
  return text.length <= whole ? 1 : Math.ceil(text.length / part);
}

/** Everything but the vendor's own breakdown is a 200, with the status in words of its own. */
export function smsRefused(status: string): { readonly status: number; readonly body: unknown } {
  const failure = { status, "error-text": texts[status] ?? "Error" };
  return { status: 200, body: { "message-count": "1", messages: [failure] } };
}

export function smsHanded(parts: StandinParts, message: VonageSms): Handed {
  const { ids, to, reference, receiptUrl } = message;
  return {
    ...message,
    channel: "sms",
    accepted: () => ({
      status: 200,
      body: {
        "message-count": String(ids.length),
        messages: ids.map((id) => ({
          to: to.slice(1),
          "message-id": id,
          status: "0",
          "remaining-balance": "15.53590000",
          "message-price": "0.03330000",
          network: "12345",
          ...(reference === null ? {} : { "client-ref": reference }),
        })),
      },
    }),
    refused(refusal) {
      if (refusal === null) return smsRefused("29");
      if (refusal.status === 200) return smsRefused(refusal.code ?? "5");
      return { status: refusal.status, body: { "error-code": String(refusal.status) } };
    },
    async report(status, isForged) {
      if (receiptUrl === null) return;
      for (const id of ids) {
        await post(parts, signedForm(parts, receiptUrl, receiptOf(parts, message, id, status), isForged));
      }
    },
  };
}

const statuses = { sent: "accepted", delivered: "delivered", failed: "failed" } as const;

function receiptOf(
  { clock }: StandinParts,
  { to, from, reference }: VonageSms,
  id: string,
  status: keyof typeof statuses,
): Readonly<Record<string, string>> {
  const at = new Date(clock.now()).toISOString();
  return {
    msisdn: to.slice(1),
    // The sender: the vendor's receipts look at a text from its other end.
    to: from,
    "network-code": "12345",
    messageId: id,
    price: "0.03330000",
    status: statuses[status],
    scts: at.replace(/\D/g, "").slice(2, 12),
    "err-code": status === "failed" ? "1" : "0",
    "api-key": account.apiKey,
    "message-timestamp": at.slice(0, 19).replace("T", " "),
    ...(reference === null ? {} : { "client-ref": reference }),
  };
}

/** A text from a phone, as the account's inbound address gets it. */
export function inboundFields(
  parts: StandinParts,
  { from, to, text }: { readonly from: string; readonly to: string; readonly text: string },
): Readonly<Record<string, string>> {
  return {
    "api-key": account.apiKey,
    msisdn: from.slice(1),
    to: to.slice(1),
    messageId: hexId(parts).toUpperCase(),
    text,
    type: partsOf(text) > 0 && /^[\x20-\x7e]*$/.test(text) ? "text" : "unicode",
    keyword: (text.trim().split(/\s+/)[0] ?? "").toUpperCase(),
    "message-timestamp": new Date(parts.clock.now()).toISOString().slice(0, 19).replace("T", " "),
  };
}
