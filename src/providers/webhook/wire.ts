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

/** What the receiver reads: everything that it needs to send, and where to say what became of it. */
export function requestBody(
  { reference, channel, to, text, subject, locale, brand, from, registration }: OutgoingMessage,
  receiptUrl: string | null,
): Readonly<Record<string, unknown>> {
  return {
    type: "message.send",
    data: {
      reference,
      channel,
      to,
      text,
      ...(subject === undefined ? {} : { subject }),
      locale,
      brand,
      ...(from === undefined ? {} : { from }),
      ...(registration === undefined ? {} : { registration }),
      ...(receiptUrl === null ? {} : { receiptUrl }),
    },
  };
}

const reasons: readonly CarrierReason[] = [
  "country_not_permitted",
  "not_mobile",
  "not_routable",
  "number_refused",
  "opted_out",
  "sender_refused",
  "taken_for_spam",
  "value_refused",
];

/** The receiver may say why in one of our words; others could hold the number or the text. */
export function reasonOf(body: unknown): CarrierReason | null {
  const said = textAt(body, "reason");
  return reasons.find((one) => one === said) ?? null;
}

const statuses: Readonly<Record<string, ReceiptStatus>> = {
  sent: "sent",
  delivered: "delivered",
  failed: "failed",
};

/** `message.receipt` and `message.received`. */
export function readEvent(body: unknown, reference: string | null): CallbackReading {
  const id = textAt(body, "data", "id");
  switch (textAt(body, "type")) {
    case "message.receipt": {
      const status = statuses[textAt(body, "data", "status") ?? ""];
      if (status === undefined) return nothingToRead;
      const named = reference ?? textAt(body, "data", "reference");
      return oneReceipt({ reference: named, providerMessageId: id, status });
    }
    case "message.received": {
      const [from, to] = [textAt(body, "data", "from"), textAt(body, "data", "to")];
      if (id === null || from === null || to === null) return nothingToRead;
      const text = textAt(body, "data", "text") ?? "";
      return oneInbound({ id, from: toE164(from), to: toE164(to), text });
    }
    default:
      return nothingToRead;
  }
}
