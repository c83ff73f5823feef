import type { FastifyReply, FastifyRequest } from "fastify";
import { oldestFirst } from "../../delivery/index.ts";
import { textsEqual } from "../../secrets/index.ts";
import { standinAccounts } from "../accounts.ts";
import { carry, type Handed } from "../line.ts";
import { hexId, type Standin, type StandinParts } from "../parts.ts";
import { post } from "../post.ts";
import { basicOf, readBodiesAsText } from "../requests.ts";
import { callHanded, callResource, readCall, type TwilioCall } from "./calls.ts";
import { errorBody, refusedBy, signedForm, type TwilioRefusal } from "./wire.ts";

const { accountSid, authToken, number } = standinAccounts.twilio;
const takenMax = 1_000;

interface TwilioMessage {
  readonly sid: string;
  readonly to: string;
  readonly from: string;
  readonly text: string;
  readonly at: number;
  readonly callbackUrl: string | null;
}

/** Twilio at `/sandbox/twilio/2010-04-01`. */
export function createTwilioStandin(parts: StandinParts): Standin {
  const taken = createKept<TwilioMessage>();
  const calls = createKept<TwilioCall>();
  const numbers: { smsUrl: string | null } = { smsUrl: null };
  const base = `/2010-04-01/Accounts/${accountSid}`;

  function receive(request: FastifyRequest, reply: FastifyReply) {
    const message = readMessage(parts, request);
    if ("code" in message) return refuse(reply, message.status, message.code, message.message);
    taken.keep(message);
    return carry(parts, handed(parts, message), request, reply);
  }

  function dial(request: FastifyRequest, reply: FastifyReply) {
    if (!isAuthorized(request)) return refuse(reply, 401, "20003", "Authenticate");
    const call = readCall(parts, formOf(request));
    if ("code" in call) return refuse(reply, call.status, call.code, call.message);
    calls.keep(call);
    return carry(parts, callHanded(parts, call), request, reply);
  }

  return {
    async routes(scope) {
      readBodiesAsText(scope);
      scope.post(`${base}/Messages.json`, receive);
      scope.get<{ Params: { sid: string } }>(`${base}/Messages/:sid.json`, (request, reply) => {
        if (!isAuthorized(request)) return refuse(reply, 401, "20003", "Authenticate");
        const message = taken.get(request.params.sid);
        if (message === undefined) return refuse(reply, 404, "20404", "The resource was not found");
        return answer(reply, 200, resourceOf(message, "delivered"));
      });
      scope.post(`${base}/Calls.json`, dial);
      scope.get<{ Params: { sid: string } }>(`${base}/Calls/:sid.json`, (request, reply) => {
        if (!isAuthorized(request)) return refuse(reply, 401, "20003", "Authenticate");
        const call = calls.get(request.params.sid);
        if (call === undefined) return refuse(reply, 404, "20404", "The resource was not found");
        return answer(reply, 200, callResource(call, "completed"));
      });
      scope.post(`${base}/IncomingPhoneNumbers.json`, (request, reply) => {
        if (!isAuthorized(request)) return refuse(reply, 401, "20003", "Authenticate");
        numbers.smsUrl = formOf(request).get("SmsUrl");
        return answer(reply, 201, {
          sid: `PN${hexId(parts)}`,
          phone_number: number,
          sms_url: numbers.smsUrl,
        });
      });
    },
    async reply(from, to, text) {
      if (numbers.smsUrl === null || to !== number) return;
      const sid = `SM${hexId(parts)}`;
      const form = { MessageSid: sid, SmsSid: sid, AccountSid: accountSid, From: from, To: to, Body: text };
      await post(parts, signedForm(numbers.smsUrl, { ...form, NumMedia: "0", ApiVersion: "2010-04-01" }));
    },
  };
}

function readMessage(parts: StandinParts, request: FastifyRequest): TwilioMessage | TwilioRefusal {
  if (!isAuthorized(request)) return { status: 401, code: "20003", message: "Authenticate" };
  const form = formOf(request);
  const [to, from, text] = [form.get("To"), form.get("From"), form.get("Body")];
  if (to === null || !/^\+[1-9]\d{6,14}$/.test(to)) {
    return { status: 400, code: "21211", message: "The 'To' number is not a valid phone number" };
  }
  const service = form.get("MessagingServiceSid");
  if (from !== number && !/^MG[0-9a-f]{32}$/.test(service ?? "")) {
    return { status: 400, code: "21606", message: "The 'From' number is not a number of this account" };
  }
  if (text === null || text === "") return { status: 400, code: "21602", message: "'Body' is required" };
  return {
    sid: `SM${hexId(parts)}`,
    to,
    from: from ?? number,
    text,
    at: parts.clock.now(),
    callbackUrl: form.get("StatusCallback"),
  };
}

interface Kept<M> {
  readonly get: (sid: string) => M | undefined;
  readonly keep: (one: M) => void;
}

/** The newest of a kind, by their ids. */
function createKept<M extends { readonly sid: string }>(): Kept<M> {
  const bySid = new Map<string, M>();
  const forgetOldest = oldestFirst(bySid, takenMax);
  return {
    get: (sid) => bySid.get(sid),
    keep(one) {
      bySid.set(one.sid, one);
      forgetOldest();
    },
  };
}

function formOf({ body }: FastifyRequest): URLSearchParams {
  return new URLSearchParams(typeof body === "string" ? body : "");
}

function isAuthorized(request: FastifyRequest): boolean {
  const basic = basicOf(request);
  return basic !== null && textsEqual(basic.user, accountSid) && textsEqual(basic.password, authToken);
}

function answer(reply: FastifyReply, status: number, body: unknown): FastifyReply {
  return reply.code(status).type("application/json").send(JSON.stringify(body));
}

function refuse(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  return answer(reply, status, errorBody(status, code, message));
}

function handed(parts: StandinParts, message: TwilioMessage): Handed {
  const { sid, to, from, callbackUrl } = message;
  return {
    ...message,
    channel: "sms",
    accepted: () => ({ status: 201, body: resourceOf(message, "queued") }),
    refused(refusal) {
      const { status, code } = refusedBy(refusal, "21612");
      return { status, body: errorBody(status, code, "The sandbox was told to refuse it") };
    },
    async report(given, isForged) {
      if (callbackUrl === null) return;
      const status = given === "failed" ? "undelivered" : given;
      const form = {
        MessageSid: sid,
        MessageStatus: status,
        SmsSid: sid,
        SmsStatus: status,
        To: to,
        From: from,
        AccountSid: accountSid,
        ApiVersion: "2010-04-01",
        ...(given === "failed" ? { ErrorCode: "30003" } : {}),
      };
      await post(parts, signedForm(callbackUrl, form, isForged ? "somebody else" : authToken));
    },
  };
}

function resourceOf(message: TwilioMessage, status: string): Readonly<Record<string, unknown>> {
  const { sid, to, from, text, at } = message;
  const date = new Date(at).toUTCString().replace("GMT", "+0000");
  return {
    sid,
    account_sid: accountSid,
    api_version: "2010-04-01",
    body: text,
    to,
    from,
    messaging_service_sid: null,
    status,
    direction: "outbound-api",
    num_segments: "1",
    num_media: "0",
    price: null,
    price_unit: "USD",
    error_code: null,
    error_message: null,
    date_created: date,
    date_updated: date,
    date_sent: null,
    uri: `/2010-04-01/Accounts/${accountSid}/Messages/${sid}.json`,
    subresource_uris: { media: `/2010-04-01/Accounts/${accountSid}/Messages/${sid}/Media.json` },
  };
}
