import { inboundReference, type Provider, refusedCallback } from "../../delivery/index.ts";
import { type CarrierMeanings, toAnswer } from "../answers.ts";
import { type CarrierParts, callCarrier } from "../http.ts";
import { parseJson, textAt } from "../reading.ts";
import type { TelnyxSettings } from "./settings.ts";
import { signatureProblem, toPublicKey } from "./signature.ts";
import { messageBody, readMessageEvent, reasonOf } from "./wire.ts";

const meanings: CarrierMeanings = { reasonOf };

/** Texts through Telnyx. */
export function createTelnyxProvider(settings: TelnyxSettings, parts: CarrierParts): Provider {
  const publicKey = toPublicKey(settings.publicKey);
  const headers = {
    authorization: `Bearer ${settings.apiKey.reveal()}`,
    "content-type": "application/json",
  };
  const hasReceipts = parts.callbackUrl(inboundReference) !== null;
  return {
    id: "telnyx",
    channels: ["sms"],
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
      const body = JSON.stringify(messageBody(settings, message, parts.callbackUrl(message.reference)));
      const url = `${settings.url}/v2/messages`;
      const reply = await callCarrier(parts, { method: "POST", url, headers, body }, signal);
      return toAnswer(reply, meanings, (answered) => {
        const id = textAt(answered.body, "data", "id");
        return id === null ? null : { type: "accepted", providerMessageId: id };
      });
    },
    async readCallback(request) {
      const problem = signatureProblem(publicKey, request, parts.clock.now());
      if (problem !== null) return refusedCallback(problem);
      const event = parseJson(request.body);
      if (event === undefined) return refusedCallback("unreadable");
      const reference = request.reference === inboundReference ? null : request.reference;
      return readMessageEvent(event, reference);
    },
  };
}
