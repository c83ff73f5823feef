import {
  type CallbackReading,
  nothingToRead,
  type OutgoingMessage,
  oneReceipt,
} from "../../delivery/index.ts";
import type { ReceiptStatus } from "../../verification/index.ts";
import { callSecondsMax, ringingSeconds } from "../call-times.ts";
import { textAt } from "../reading.ts";
import { voiceFor } from "../voices.ts";
import { withoutPlus } from "./sms.ts";

/** What the vendor's voices read. */
const voices = [
  ..."ar ca-ES cmn-CN cmn-TW cs-CZ cy-GB da-DK de-DE el-GR en-US en-AU en-GB en-IN en-ZA es-ES es-MX es-US".split(
    " ",
  ),
  ..."fi-FI fil-PH fr-FR fr-CA he-IL hi-IN hu-HU id-ID is-IS it-IT ja-JP ko-KR nb-NO nl-NL pl-PL pt-PT pt-BR".split(
    " ",
  ),
  ..."ro-RO ru-RU sk-SK sv-SE th-TH tr-TR uk-UA vi-VN yue-CN".split(" "),
];

/** The body of `POST /v1/calls`: a call that says the text and ends. */
export function callBody(
  from: string,
  { to, text, locale }: OutgoingMessage,
  eventUrl: string | null,
): Readonly<Record<string, unknown>> {
  return {
    to: [{ type: "phone", number: withoutPlus(to) }],
    from: { type: "phone", number: withoutPlus(from) },
    ncco: [{ action: "talk", text: withoutMarkup(text), language: voiceFor(locale, voices) }],
    ...(eventUrl === null ? {} : { event_url: [eventUrl], event_method: "POST" }),
    ringing_timer: ringingSeconds,
    length_timer: callSecondsMax,
  };
}

/** What begins with an angle bracket is read as SSML, and brands may. */
function withoutMarkup(text: string): string {
  return text.replace(/[<>]/g, " ").trim();
}

const statuses: Readonly<Record<string, ReceiptStatus>> = {
  started: "sent",
  ringing: "sent",
  answered: "sent",
  completed: "delivered",
  busy: "failed",
  cancelled: "failed",
  unanswered: "failed",
  timeout: "failed",
  rejected: "failed",
  failed: "failed",
};

/** An event of a call; `completed` comes only after somebody answered. */
export function readCallEvent(body: unknown, reference: string | null): CallbackReading {
  const status = statuses[textAt(body, "status") ?? ""];
  const id = textAt(body, "uuid");
  if (status === undefined || id === null) return nothingToRead;
  return oneReceipt({ reference, providerMessageId: id, status });
}
