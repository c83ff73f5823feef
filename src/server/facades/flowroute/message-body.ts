import type { FastifyRequest } from "fastify";
import type { MessageView } from "../../../engine/index.ts";
import { flowrouteStatus } from "../../../events/index.ts";
import { fateOf, sentAt } from "../../../verification/index.ts";
import { fromHex, toHex } from "../ids.ts";
import { costFor } from "../relay.ts";
import type { Version } from "./translations.ts";

/** The kind of record is in its id. */
export function recordId(id: string, version: Version): string {
  return `${version === "v2" ? "mdr1" : "mdr2"}-${toHex(id)}`;
}

/** A message is the same under either kind of its id. */
export function idOfRecord(given: string): string | null {
  const hex = /^mdr[12]-([0-9a-f]{32})$/i.exec(given)?.[1];
  return hex === undefined ? null : fromHex(hex);
}

/** A record of a message, as the vendor keeps it. */
export async function toRecord(
  request: FastifyRequest,
  view: MessageView,
  version: Version,
): Promise<Readonly<Record<string, unknown>>> {
  const { delivery } = view;
  const micros = (await costFor(request, delivery)) ?? 0;
  const kind =
    version === "v2"
      ? { has_mms: false, message_type: "long-code", callback_url: view.receiptUrl }
      : {
          is_mms: false,
          message_type: "longcode",
          status: flowrouteStatus[fateOf(delivery)],
          delivery_receipts: receiptsOf(view),
        };
  const attributes = {
    body: view.text ?? "",
    direction: "outbound",
    timestamp: flowrouteDate(view.createdAt),
    amount_nanodollars: micros * 1_000,
    amount_display: `$${(micros / 1_000_000).toFixed(4)}`,
    from: withoutPlus(view.from ?? "", version),
    to: withoutPlus(view.to ?? "", version),
    message_encoding: delivery.encoding === "ucs2" ? 8 : 0,
    ...kind,
  };
  return { attributes, type: "message", id: recordId(view.id, version) };
}

/** What carriers said so far: one for what was handed over, one for what became of it. */
function receiptsOf({ delivery }: MessageView): readonly unknown[] {
  const at = sentAt(delivery);
  if (at === null) return [];
  const timestamp = flowrouteDate(at);
  const submitted = {
    status: "smsc submit",
    status_code: null,
    status_code_description: "Message has been sent",
    timestamp,
    level: 1,
  };
  const fate = fateOf(delivery);
  if (fate !== "delivered" && fate !== "failed") return [submitted];
  const status = flowrouteStatus[fate];
  const last = { status, status_code: null, status_code_description: status, timestamp, level: 2 };
  return [last, submitted];
}

/** Only the newest version writes numbers with their plus sign. */
function withoutPlus(number: string, version: Version): string {
  return version === "v2.2" ? number : number.replace(/^\+/, "");
}

/** UTC with microseconds, and its zone as digits. */
function flowrouteDate(at: number): string {
  return `${new Date(at).toISOString().slice(0, -1)}000+00:00`;
}
