import {
  type CallbackReading,
  nothingToRead,
  type OutgoingMessage,
  oneReceipt,
} from "../../delivery/index.ts";
import type { ReceiptStatus } from "../../verification/index.ts";
import { callSecondsMax, ringingSeconds } from "../call-times.ts";
import { voiceFor } from "../voices.ts";

/** What `<Say>` reads. */
const voices = [
  ..."ar-XA bg-BG ca-ES cmn-CN cs-CZ cy-GB da-DK de-DE el-GR en-US en-AU en-GB en-IN es-ES es-MX es-US".split(
    " ",
  ),
  ..."fi-FI fr-FR fr-CA he-IL hi-IN hu-HU id-ID is-IS it-IT ja-JP ko-KR lt-LT lv-LV nb-NO nl-NL nl-BE".split(
    " ",
  ),
  ..."pl-PL pt-PT pt-BR ro-RO ru-RU sk-SK sv-SE th-TH tr-TR uk-UA vi-VN yue-HK".split(" "),
];

/** The form of `POST .../Calls.json`: a call that says the text and ends. */
export function callForm(
  from: string,
  { to, text, locale }: OutgoingMessage,
  statusUrl: string | null,
): URLSearchParams {
  const say = `<Say language="${voiceFor(locale, voices)}">${escaped(text)}</Say>`;
  const form = new URLSearchParams({
    To: to,
    From: from,
    Twiml: `<Response>${say}</Response>`,
    Timeout: String(ringingSeconds),
    TimeLimit: String(callSecondsMax),
  });
  if (statusUrl === null) return form;
  form.set("StatusCallback", statusUrl);
  for (const event of ["ringing", "answered", "completed"]) form.append("StatusCallbackEvent", event);
  return form;
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (one) => entities[one] ?? "");
}

const statuses: Readonly<Record<string, ReceiptStatus>> = {
  queued: "sent",
  initiated: "sent",
  ringing: "sent",
  "in-progress": "sent",
  completed: "delivered",
  busy: "failed",
  failed: "failed",
  "no-answer": "failed",
  canceled: "failed",
};

/** An event of a call; `completed` comes only after somebody answered. */
export function readCallForm(form: URLSearchParams, reference: string | null): CallbackReading {
  const id = form.get("CallSid");
  const status = statuses[form.get("CallStatus") ?? ""];
  if (id === null || status === undefined) return nothingToRead;
  return oneReceipt({ reference, providerMessageId: id, status });
}
