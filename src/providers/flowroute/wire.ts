import type { OutgoingMessage } from "../../delivery/index.ts";
import { at, textAt } from "../reading.ts";
import type { FlowrouteSettings, FlowrouteVersion } from "./settings.ts";

/** Null where this version has no form for the number: v2 answers 500 for it, which would look like an outage. */
export function numberFor(version: FlowrouteVersion, e164: string): string | null {
  if (version === "v2.2") return e164;
  return /^\+1\d{10}$/.test(e164) ? e164.slice(1) : null;
}

/** The body of `POST /{version}/messages`. */
export function messageBody(
  { version, from }: FlowrouteSettings,
  { text }: OutgoingMessage,
  to: string,
  receiptUrl: string | null,
): Readonly<Record<string, string>> {
  const body = neutralQuotes(text);
  const sender = numberFor(version, from) ?? from;
  if (version === "v2") return { to, from: sender, content: body };
  return { to, from: sender, body, ...(receiptUrl === null ? {} : { dlr_callback: receiptUrl }) };
}

/** Flowroute documents that typographic quotes cause errors. */
function neutralQuotes(text: string): string {
  return text.replace(/[\u2018\u2019\u201a\u201b]/g, "'").replace(/[\u201c\u201d\u201e\u201f]/g, '"');
}

export interface FlowrouteReceipt {
  readonly id: string | null;
  readonly status: "sent" | "delivered" | "failed";
}

/** The texts are Kannel's; what is none of them says that the message is on its way. */
export function readReceipt(body: unknown): FlowrouteReceipt | null {
  if (at(body, "data", "type") !== "delivery_receipt") return null;
  const text = textAt(body, "data", "attributes", "status");
  if (text === null) return null;
  const id = textAt(body, "data", "id");
  if (/fail|reject|undeliver|expired/i.test(text)) return { id, status: "failed" };
  return { id, status: /success|delivered/i.test(text) ? "delivered" : "sent" };
}

/** An inbound text in the form of v2 (flat) or of v2.1 and v2.2. */
export function readInbound(
  body: unknown,
): { readonly id: string; readonly from: string; readonly to: string; readonly text: string } | null {
  const attributes = at(body, "data", "attributes") ?? body;
  const id = textAt(body, "data", "id") ?? textAt(body, "id");
  const from = textAt(attributes, "from");
  const to = textAt(attributes, "to");
  const direction = at(attributes, "direction") ?? "inbound";
  if (id === null || from === null || to === null || direction !== "inbound") return null;
  return { id, from, to, text: textAt(attributes, "body") ?? "" };
}
