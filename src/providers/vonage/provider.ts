import { createPrivateKey } from "node:crypto";
import {
  type CallbackReading,
  type CallbackRefusal,
  type CallbackRequest,
  inboundReference,
  type OutgoingMessage,
  type Provider,
  refusedCallback,
} from "../../delivery/index.ts";
import type { ProviderAnswer } from "../../verification/index.ts";
import { type CarrierMeanings, toAnswer } from "../answers.ts";
import { type CarrierParts, callCarrier } from "../http.ts";
import { at, parseJson, textAt } from "../reading.ts";
import { applicationJwt } from "./jwt.ts";
import { messageBody, readMessageWebhook, reasonOf } from "./messages.ts";
import { toPem, type VonageSettings } from "./settings.ts";
import { sigProblem, webhookProblem } from "./signature.ts";
import { readSmsAnswer, readSmsCallback, smsForm } from "./sms.ts";
import { callBody, readCallEvent } from "./voice.ts";

/** What an account may send in a second unless it agreed otherwise with the vendor. */
const ratePerSecond = 30;

const meanings: CarrierMeanings = { reasonOf };

/** Texts and calls through Vonage. */
export function createVonageProvider(settings: VonageSettings, parts: CarrierParts): Provider {
  const hasReceipts = parts.callbackUrl(inboundReference) !== null;
  const calls = settings.application !== null && settings.voiceFrom !== null;
  const authorize = authorization(settings, parts);

  const submit = async (
    { url, headers, body, read }: Submission,
    signal: AbortSignal,
  ): Promise<ProviderAnswer> => {
    const reply = await callCarrier(parts, { method: "POST", url, headers, body }, signal);
    return toAnswer(reply, meanings, (answered) => read(answered.body));
  };
  const asApplication = (message: OutgoingMessage) => ({
    authorization: authorize.application(message),
    "content-type": "application/json",
  });

  return {
    id: "vonage",
    channels: calls ? ["sms", "voice"] : ["sms"],
    capabilities: {
      idempotencyKey: false,
      clientReference: hasReceipts,
      lookupByReference: false,
      lookupByRecipientAndTime: false,
      receipts: hasReceipts,
      managedCode: false,
      keyPress: false,
    },
    ratePerSecond,
    send(message, signal) {
      const address = parts.callbackUrl(message.reference);
      if (message.channel === "voice" && settings.voiceFrom !== null) {
        const body = JSON.stringify(callBody(settings.voiceFrom, message, address));
        const url = `${settings.url}/v1/calls`;
        return submit({ url, headers: asApplication(message), body, read: acceptedWith("uuid") }, signal);
      }
      if (settings.api === "messages") {
        const body = JSON.stringify(messageBody(settings.from, message, address));
        const url = `${settings.url}/v1/messages`;
        return submit(
          { url, headers: asApplication(message), body, read: acceptedWith("message_uuid") },
          signal,
        );
      }
      const headers = {
        authorization: authorize.account,
        "content-type": "application/x-www-form-urlencoded",
      };
      const body = smsForm(settings.from, message, address).toString();
      return submit({ url: `${settings.smsUrl}/sms/json`, headers, body, read: readSmsAnswer }, signal);
    },
    readCallback: (request) => Promise.resolve(readCallback(settings, request, parts.clock.now())),
  };
}

interface Submission {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What an answer of 200 to 299 means; null where it cannot be read. */
  readonly read: (body: unknown) => ProviderAnswer | null;
}

function acceptedWith(name: string): Submission["read"] {
  return (body) => {
    const id = textAt(body, name);
    return id === null ? null : { type: "accepted", providerMessageId: id };
  };
}

/** Basic for the account; an application signs a JWT of its own for each call. */
function authorization(
  { apiKey, apiSecret, application }: VonageSettings,
  { clock }: CarrierParts,
): { readonly account: string; application(message: OutgoingMessage): string } {
  const account = `Basic ${Buffer.from(`${apiKey}:${apiSecret.reveal()}`).toString("base64")}`;
  if (application === null) return { account, application: () => account };
  const key = createPrivateKey(toPem(application.privateKey.reveal()));
  return {
    account,
    application({ reference }) {
      const now = clock.now();
      return `Bearer ${applicationJwt(application.id, key, now, `${reference}.${now}`)}`;
    },
  };
}

/**
 * The SMS API calls with a query, a form or JSON, as the account is set; the others with JSON. With a signature secret
 * everything has to be signed; without one only addresses made for one delivery are believed.
 */
function readCallback(settings: VonageSettings, request: CallbackRequest, now: number): CallbackReading {
  const said = parseJson(request.body);
  const isWebhook = at(said, "message_uuid") !== undefined || at(said, "conversation_uuid") !== undefined;
  const fields = isWebhook ? {} : fieldsOf(request, said);
  if (fields === null) return refusedCallback("unreadable");
  const problem = isWebhook
    ? webhookRefusal(settings, request, now)
    : smsRefusal(settings, request, fields, now);
  if (problem !== null) return refusedCallback(problem);
  const own = textAt(isWebhook ? said : fields, isWebhook ? "client_ref" : "client-ref");
  const reference = referenceOf(request, settings.signatureSecret === null ? null : own);
  if (!isWebhook) return readSmsCallback(fields, reference);
  return at(said, "message_uuid") === undefined
    ? readCallEvent(said, reference)
    : readMessageWebhook(said, reference);
}

function webhookRefusal(
  { apiKey, signatureSecret }: VonageSettings,
  { reference, headers, body }: CallbackRequest,
  now: number,
): CallbackRefusal | null {
  if (signatureSecret === null) return reference === null ? "signature_wrong" : null;
  return webhookProblem({ secret: signatureSecret.reveal(), apiKey }, headers["authorization"], body, now);
}

function smsRefusal(
  { signatureSecret, signature }: VonageSettings,
  { reference }: CallbackRequest,
  fields: Readonly<Record<string, string>>,
  now: number,
): CallbackRefusal | null {
  if (signatureSecret === null) return reference === null ? "signature_wrong" : null;
  return sigProblem({ secret: signatureSecret.reveal(), method: signature }, fields, now);
}

/** That of the address, else the one that the vendor repeats, which is believed only where it is signed. */
function referenceOf({ reference }: CallbackRequest, signed: string | null): string | null {
  if (reference !== null && reference !== inboundReference) return reference;
  return signed !== null && /^[0-9a-f-]{36}\.\d{1,3}$/.test(signed) ? signed : null;
}

/** Null where they come in none of the three forms. */
function fieldsOf(
  { method, url, headers, body }: CallbackRequest,
  said: unknown,
): Readonly<Record<string, string>> | null {
  if (method === "GET") return Object.fromEntries(new URL(url).searchParams);
  if (/^application\/x-www-form-urlencoded\b/i.test(headers["content-type"] ?? "")) {
    return Object.fromEntries(new URLSearchParams(body));
  }
  if (typeof said !== "object" || said === null || Array.isArray(said)) return null;
  const entries = Object.entries(said).filter(([, value]) => typeof value !== "object");
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}
