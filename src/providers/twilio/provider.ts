import {
  type CallbackRequest,
  inboundReference,
  type Provider,
  refusedCallback,
} from "../../delivery/index.ts";
import { type CarrierMeanings, toAnswer } from "../answers.ts";
import { type CarrierParts, callCarrier } from "../http.ts";
import { textAt } from "../reading.ts";
import type { TwilioSettings } from "./settings.ts";
import { isSigned } from "./signature.ts";
import { callForm, readCallForm } from "./voice.ts";
import { messageForm, readForm, reasonOf } from "./wire.ts";

const meanings: CarrierMeanings = { reasonOf };

/** Texts and calls through Twilio. */
export function createTwilioProvider(settings: TwilioSettings, parts: CarrierParts): Provider {
  const { accountSid, authToken, from, voiceFrom } = settings;
  const basic = Buffer.from(`${accountSid}:${authToken.reveal()}`).toString("base64");
  const headers = {
    authorization: `Basic ${basic}`,
    "content-type": "application/x-www-form-urlencoded",
  };
  const hasReceipts = parts.callbackUrl(inboundReference) !== null;
  return {
    id: "twilio",
    channels: voiceFrom === null ? ["sms"] : ["sms", "voice"],
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
      const isCall = message.channel === "voice" && voiceFrom !== null;
      const form = isCall ? callForm(voiceFrom, message, address) : messageForm(from, message, address);
      const url = `${settings.url}/2010-04-01/Accounts/${accountSid}/${isCall ? "Calls" : "Messages"}.json`;
      const request = { method: "POST", url, headers, body: form.toString() } as const;
      const reply = await callCarrier(parts, request, signal);
      return toAnswer(reply, meanings, (answered) => {
        const sid = textAt(answered.body, "sid");
        return sid === null ? null : { type: "accepted", providerMessageId: sid };
      });
    },
    readCallback({ headers: given, url, body, reference }: CallbackRequest) {
      const form = new URLSearchParams(body);
      const signature = given["x-twilio-signature"] ?? "";
      const isTheirs =
        isSigned(authToken.reveal(), url, form, signature) && form.get("AccountSid") === accountSid;
      if (!isTheirs) return Promise.resolve(refusedCallback("signature_wrong"));
      const read = form.has("CallSid") ? readCallForm : readForm;
      return Promise.resolve(read(form, reference === inboundReference ? null : reference));
    },
  };
}
