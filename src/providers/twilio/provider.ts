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
import { messageForm, readForm, reasonOf } from "./wire.ts";

const meanings: CarrierMeanings = { reasonOf };

/** Texts through Twilio. */
export function createTwilioProvider(settings: TwilioSettings, parts: CarrierParts): Provider {
  const { accountSid, authToken, from } = settings;
  const basic = Buffer.from(`${accountSid}:${authToken.reveal()}`).toString("base64");
  const headers = {
    authorization: `Basic ${basic}`,
    "content-type": "application/x-www-form-urlencoded",
  };
  const hasReceipts = parts.callbackUrl(inboundReference) !== null;
  return {
    id: "twilio",
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
      const body = messageForm(from, message, parts.callbackUrl(message.reference)).toString();
      const url = `${settings.url}/2010-04-01/Accounts/${accountSid}/Messages.json`;
      const reply = await callCarrier(parts, { method: "POST", url, headers, body }, signal);
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
      return Promise.resolve(readForm(form, reference === inboundReference ? null : reference));
    },
  };
}
