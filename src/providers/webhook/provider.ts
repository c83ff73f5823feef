import {
  type CallbackReading,
  type CallbackRequest,
  inboundReference,
  type Provider,
  refusedCallback,
} from "../../delivery/index.ts";
import { type CarrierMeanings, toAnswer } from "../answers.ts";
import { type CarrierParts, callCarrier } from "../http.ts";
import { parseJson, textAt } from "../reading.ts";
import { bytesOf, type WebhookSettings } from "./settings.ts";
import { signatureProblem, signedHeaders } from "./signature.ts";
import { readEvent, reasonOf, requestBody } from "./wire.ts";

/** Whoever answers with a redirect took nothing; to follow it would take the code elsewhere. */
const redirected = [301, 302, 303, 307, 308].map((status) => [status, "redirect_refused"] as const);

const meanings: CarrierMeanings = {
  statuses: { ...Object.fromEntries(redirected), 410: "forbidden_by_carrier" },
  reasonOf,
};

/**
 * Messages to an address of the installation's own, signed by Standard Webhooks in both directions. Only that address
 * is called, whatever it answers.
 */
export function createWebhookProvider(settings: WebhookSettings, parts: CarrierParts): Provider {
  const secret = bytesOf(settings.secret);
  const hasReceipts = parts.callbackUrl(inboundReference) !== null;
  return {
    id: "webhook",
    channels: settings.channels,
    takesAnySender: true,
    capabilities: {
      idempotencyKey: settings.dropsRepetitions,
      clientReference: true,
      lookupByReference: false,
      lookupByRecipientAndTime: false,
      receipts: hasReceipts,
      managedCode: false,
      keyPress: false,
    },
    async send(message, signal) {
      const { reference } = message;
      const body = JSON.stringify(requestBody(message, parts.callbackUrl(reference)));
      const headers = {
        "content-type": "application/json",
        ...signedHeaders(secret, { id: reference, body, now: parts.clock.now() }),
      };
      const reply = await callCarrier(parts, { method: "POST", url: settings.url, headers, body }, signal);
      return toAnswer(reply, meanings, (answered) => {
        // A receiver without ids of its own has said enough; one that breaks off has not.
        if (answered.status !== 204 && answered.body === undefined) return null;
        return { type: "accepted", providerMessageId: textAt(answered.body, "id") ?? reference };
      });
    },
    readCallback: (request) => Promise.resolve(readCallback(secret, request, parts.clock.now())),
  };
}

function readCallback(secret: Buffer, request: CallbackRequest, now: number): CallbackReading {
  const problem = signatureProblem(secret, request, now);
  if (problem !== null) return refusedCallback(problem);
  const said = parseJson(request.body);
  if (said === undefined) return refusedCallback("unreadable");
  return readEvent(said, request.reference === inboundReference ? null : request.reference);
}
