import {
  type CallbackReading,
  nothingToRead,
  type OutgoingMessage,
  oneInbound,
  oneReceipt,
} from "../../delivery/index.ts";
import type { ReceiptStatus } from "../../verification/index.ts";
import { textAt } from "../reading.ts";
import type { CarrierReason } from "../reasons.ts";

/** The form of `POST .../Messages.json`. */
export function messageForm(
  from: string,
  { to, text }: OutgoingMessage,
  receiptUrl: string | null,
): URLSearchParams {
  return new URLSearchParams({
    To: to,
    ...(from.startsWith("MG") && from.length === 34 ? { MessagingServiceSid: from } : { From: from }),
    Body: text,
    ...(receiptUrl === null ? {} : { StatusCallback: receiptUrl }),
  });
}

const reasons: Readonly<Record<string, CarrierReason>> = {
  "20003": "credentials_refused",
  "21211": "number_refused",
  "21215": "country_not_permitted",
  "21216": "country_not_permitted",
  "21408": "country_not_permitted",
  "21610": "opted_out",
  "21612": "not_routable",
  "13223": "number_refused",
  "13224": "not_routable",
  "13227": "country_not_permitted",
  "21210": "sender_refused",
  "21212": "sender_refused",
  "21217": "number_refused",
  "21606": "sender_refused",
  "21614": "not_mobile",
  "21635": "not_mobile",
};

export function reasonOf(body: unknown): CarrierReason | null {
  const code = textAt(body, "code");
  return code === null ? null : (reasons[code] ?? null);
}

const statuses: Readonly<Record<string, ReceiptStatus>> = {
  accepted: "sent",
  scheduled: "sent",
  queued: "sent",
  sending: "sent",
  sent: "sent",
  delivered: "delivered",
  read: "delivered",
  failed: "failed",
  undelivered: "failed",
  canceled: "failed",
};

const emptyReply = { contentType: "text/xml", body: "<Response></Response>" };

/** A status callback, or an inbound text, which wants TwiML for an answer. */
export function readForm(form: URLSearchParams, reference: string | null): CallbackReading {
  const id = form.get("MessageSid") ?? form.get("SmsSid");
  const said = form.get("MessageStatus") ?? form.get("SmsStatus");
  if (id === null) return nothingToRead;
  const [from, to, text] = [form.get("From"), form.get("To"), form.get("Body")];
  if (text !== null && from !== null && to !== null && (said === null || said === "received")) {
    return { ...oneInbound({ id, from, to, text }), reply: emptyReply };
  }
  const status = statuses[said ?? ""];
  if (status === undefined) return nothingToRead;
  return oneReceipt({ reference, providerMessageId: id, status });
}
