import {
  type CallbackReading,
  nothingToRead,
  type OutgoingMessage,
  oneInbound,
  oneReceipt,
} from "../../delivery/index.ts";
import type { ReceiptStatus } from "../../verification/index.ts";
import { textAt, toE164 } from "../reading.ts";
import type { CarrierReason } from "../reasons.ts";
import { withoutPlus } from "./sms.ts";

/** The body of `POST /v1/messages`. */
export function messageBody(
  from: string,
  { to, text, reference, registration }: OutgoingMessage,
  statusUrl: string | null,
): Readonly<Record<string, unknown>> {
  return {
    channel: "sms",
    message_type: "text",
    to: withoutPlus(to),
    from: withoutPlus(from),
    text,
    client_ref: reference,
    ...(registration === undefined
      ? {}
      : { sms: { entity_id: registration.entityId, content_id: registration.templateId } }),
    ...(statusUrl === null ? {} : { webhook_url: statusUrl, webhook_version: "v1" }),
  };
}

const reasons: Readonly<Record<string, CarrierReason>> = {
  "110": "number_refused",
  "1060": "value_refused",
  "1100": "request_refused",
  "1110": "value_refused",
  "1120": "sender_refused",
  "1140": "request_refused",
  "1150": "value_refused",
};

/** The number is the end of the problem's type. */
export function reasonOf(body: unknown): CarrierReason | null {
  const code = /#(\d{2,5})$/.exec(textAt(body, "type") ?? "")?.[1];
  return code === undefined ? null : (reasons[code] ?? null);
}

const statuses: Readonly<Record<string, ReceiptStatus>> = {
  submitted: "sent",
  delivered: "delivered",
  read: "delivered",
  rejected: "failed",
  undeliverable: "failed",
};

/** A status webhook, or an inbound text. */
export function readMessageWebhook(body: unknown, reference: string | null): CallbackReading {
  const id = textAt(body, "message_uuid");
  if (id === null) return nothingToRead;
  const said = textAt(body, "status");
  const [from, to] = [textAt(body, "from"), textAt(body, "to")];
  if (said === null && from !== null && to !== null) {
    return oneInbound({ id, from: toE164(from), to: toE164(to), text: textAt(body, "text") ?? "" });
  }
  const status = statuses[said ?? ""];
  if (status === undefined) return nothingToRead;
  return oneReceipt({ reference, providerMessageId: id, status });
}
