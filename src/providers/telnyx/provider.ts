import { inboundReference, type Provider, refusedCallback } from "../../delivery/index.ts";
import { type CarrierMeanings, toAnswer } from "../answers.ts";
import { type CarrierParts, type CarrierReply, callCarrier } from "../http.ts";
import { parseJson, textAt } from "../reading.ts";
import { readCallEvent } from "./call-events.ts";
import type { TelnyxSettings } from "./settings.ts";
import { signatureProblem, toPublicKey } from "./signature.ts";
import { dialBody } from "./voice.ts";
import { messageBody, readMessageEvent, reasonOf } from "./wire.ts";

const meanings: CarrierMeanings = { reasonOf };

/** Texts and calls through Telnyx. */
export function createTelnyxProvider(settings: TelnyxSettings, parts: CarrierParts): Provider {
  const publicKey = toPublicKey(settings.publicKey);
  const headers = {
    authorization: `Bearer ${settings.apiKey.reveal()}`,
    "content-type": "application/json",
  };
  const hasReceipts = parts.callbackUrl(inboundReference) !== null;
  const post = (path: string, body: unknown, signal: AbortSignal): Promise<CarrierReply> => {
    const url = `${settings.url}/v2${path}`;
    return callCarrier(parts, { method: "POST", url, headers, body: JSON.stringify(body) }, signal);
  };
  return {
    id: "telnyx",
    // A call is told what to say by the answer to a callback: without callbacks it would stay silent.
    channels: settings.calls === null || !hasReceipts ? ["sms"] : ["sms", "voice"],
    capabilities: {
      idempotencyKey: false,
      clientReference: hasReceipts,
      lookupByReference: false,
      lookupByRecipientAndTime: false,
      receipts: hasReceipts,
      managedCode: false,
      keyPress: false,
    },
    async send(message, signal) {
      const address = parts.callbackUrl(message.reference);
      const { calls } = settings;
      const isCall = message.channel === "voice" && calls !== null && address !== null;
      const reply = isCall
        ? await post("/calls", dialBody(calls, message, address), signal)
        : await post("/messages", messageBody(settings, message, address), signal);
      return toAnswer(reply, meanings, ({ body }) => {
        const id = textAt(body, "data", isCall ? "call_control_id" : "id");
        return id === null ? null : { type: "accepted", providerMessageId: id };
      });
    },
    async readCallback(request, signal) {
      const problem = signatureProblem(publicKey, request, parts.clock.now());
      if (problem !== null) return refusedCallback(problem);
      const event = parseJson(request.body);
      if (event === undefined) return refusedCallback("unreadable");
      const reference = request.reference === inboundReference ? null : request.reference;
      if (!textAt(event, "data", "event_type")?.startsWith("call."))
        return readMessageEvent(event, reference);
      return readCallEvent(event, reference, settings.calls, {
        async act(id, action, body) {
          const reply = await post(`/calls/${encodeURIComponent(id)}/actions/${action}`, body, signal);
          return reply.type === "answered" && reply.status >= 200 && reply.status <= 299;
        },
      });
    },
  };
}
