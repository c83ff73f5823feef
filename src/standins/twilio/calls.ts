import { standinAccounts } from "../accounts.ts";
import type { Handed } from "../line.ts";
import { hexId, type StandinParts } from "../parts.ts";
import { post } from "../post.ts";
import { errorBody, refusedBy, signedForm, type TwilioRefusal } from "./wire.ts";

const { accountSid, authToken, number } = standinAccounts.twilio;

export interface TwilioCall {
  readonly sid: string;
  readonly to: string;
  readonly from: string;
  readonly text: string;
  readonly at: number;
  readonly callbackUrl: string | null;
  readonly events: readonly string[];
}

/** A call with its script, or why the vendor would not make it. */
export function readCall(parts: StandinParts, form: URLSearchParams): TwilioCall | TwilioRefusal {
  const [to, twiml] = [form.get("To"), form.get("Twiml")];
  if (to === null) return { status: 400, code: "21201", message: "No 'To' number specified" };
  if (!/^\+[1-9]\d{6,14}$/.test(to)) {
    return { status: 400, code: "21217", message: "Phone number does not appear to be valid" };
  }
  if (form.get("From") !== number) {
    return { status: 400, code: "21210", message: "'From' phone number not verified" };
  }
  if (twiml === null || twiml.length > 4_000) {
    return { status: 400, code: "21205", message: "Url parameter is required: the sandbox wants Twiml" };
  }
  const events = form.getAll("StatusCallbackEvent");
  return {
    sid: `CA${hexId(parts)}`,
    to,
    from: number,
    text: spokenIn(twiml),
    at: parts.clock.now(),
    callbackUrl: form.get("StatusCallback"),
    events: events.length === 0 ? ["completed"] : events,
  };
}

const entities: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
  "&amp;": "&",
};

/** What the script says, without its markup. */
function spokenIn(twiml: string): string {
  return twiml
    .replace(/<[^>]*>/g, " ")
    .replace(/&(?:lt|gt|quot|apos|amp);/g, (one) => entities[one] ?? one)
    .replace(/\s+/g, " ")
    .trim();
}

/** The way to each end: the event that a program asks for, and the status that it is told. */
const ways = {
  sent: [["ringing", "ringing"]],
  delivered: [
    ["answered", "in-progress"],
    ["completed", "completed"],
  ],
  failed: [["completed", "busy"]],
} as const;

export function callHanded(parts: StandinParts, call: TwilioCall): Handed {
  const { sid, to, from, callbackUrl, events } = call;
  return {
    ...call,
    channel: "voice",
    accepted: () => ({ status: 201, body: callResource(call, "queued") }),
    refused(refusal) {
      const { status, code } = refusedBy(refusal, "13224");
      return { status, body: errorBody(status, code, "The sandbox was told to refuse it") };
    },
    async report(given, isForged) {
      if (callbackUrl === null) return;
      for (const [event, status] of ways[given]) {
        if (!events.includes(event)) continue;
        const form = {
          CallSid: sid,
          CallStatus: status,
          AccountSid: accountSid,
          ApiVersion: "2010-04-01",
          CallbackSource: "call-progress-events",
          Direction: "outbound-api",
          From: from,
          To: to,
          Timestamp: new Date(parts.clock.now()).toUTCString().replace("GMT", "+0000"),
          ...(status === "completed" ? { CallDuration: "12" } : {}),
        };
        await post(parts, signedForm(callbackUrl, form, isForged ? "somebody else" : authToken));
      }
    },
  };
}

export function callResource(
  { sid, to, from, at }: TwilioCall,
  status: string,
): Readonly<Record<string, unknown>> {
  const date = new Date(at).toUTCString().replace("GMT", "+0000");
  return {
    sid,
    account_sid: accountSid,
    api_version: "2010-04-01",
    to,
    to_formatted: to,
    from,
    from_formatted: from,
    phone_number_sid: null,
    status,
    direction: "outbound-api",
    answered_by: null,
    caller_name: null,
    duration: null,
    price: null,
    price_unit: "USD",
    date_created: date,
    date_updated: date,
    start_time: null,
    end_time: null,
    uri: `/2010-04-01/Accounts/${accountSid}/Calls/${sid}.json`,
    subresource_uris: {},
  };
}
