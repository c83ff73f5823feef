import {
  type CallbackReading,
  type CallbackRequest,
  inboundReference,
  nothingToRead,
  oneInbound,
  oneReceipt,
  type Provider,
  refusedCallback,
} from "../../delivery/index.ts";
import { type CarrierMeanings, rejected, toAnswer } from "../answers.ts";
import { type CarrierParts, callCarrier } from "../http.ts";
import { parseJson, textAt, toE164 } from "../reading.ts";
import type { FlowrouteSettings } from "./settings.ts";
import { messageBody, numberFor, readInbound, readReceipt } from "./wire.ts";

/** Flowroute counts attempts in a calendar second, for each access key and version. */
const ratePerSecond = 5;

const meanings: CarrierMeanings = { statuses: { 403: "sender_refused" } };

/** Texts through Flowroute. It signs no callback, so that only addresses made for one delivery are believed. */
export function createFlowrouteProvider(settings: FlowrouteSettings, parts: CarrierParts): Provider {
  const { version, accessKey, secretKey } = settings;
  const basic = Buffer.from(`${accessKey}:${secretKey.reveal()}`).toString("base64");
  const headers = {
    authorization: `Basic ${basic}`,
    "content-type": version === "v2" ? "application/json" : "application/vnd.api+json",
  };
  const hasReceipts = version !== "v2" && parts.callbackUrl(inboundReference) !== null;
  return {
    id: "flowroute",
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
    ratePerSecond,
    async send(message, signal) {
      const to = numberFor(version, message.to);
      if (to === null) return rejected("number_not_supported");
      const receiptUrl = hasReceipts ? parts.callbackUrl(message.reference) : null;
      const body = JSON.stringify(messageBody(settings, message, to, receiptUrl));
      const url = `${settings.url}/${version}/messages`;
      const reply = await callCarrier(parts, { method: "POST", url, headers, body }, signal);
      return toAnswer(reply, meanings, (answered) => {
        const id = textAt(answered.body, "data", "id");
        return id === null ? null : { type: "accepted", providerMessageId: id };
      });
    },
    readCallback: (request) => Promise.resolve(readCallback(request)),
  };
}

function readCallback({ reference, body }: CallbackRequest): CallbackReading {
  if (reference === null) return refusedCallback("signature_wrong");
  const said = parseJson(body);
  if (said === undefined) return refusedCallback("unreadable");
  if (reference === inboundReference) {
    const inbound = readInbound(said);
    if (inbound === null) return nothingToRead;
    return oneInbound({ ...inbound, from: toE164(inbound.from), to: toE164(inbound.to) });
  }
  const receipt = readReceipt(said);
  if (receipt === null) return nothingToRead;
  return oneReceipt({ reference, providerMessageId: receipt.id, status: receipt.status });
}
