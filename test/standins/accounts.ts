import type { Provider } from "../../src/delivery/index.ts";
import { createFlowrouteProvider } from "../../src/providers/flowroute/index.ts";
import type { CarrierParts } from "../../src/providers/http.ts";
import { createTelnyxProvider } from "../../src/providers/telnyx/index.ts";
import { createTwilioProvider } from "../../src/providers/twilio/index.ts";
import { createVonageProvider } from "../../src/providers/vonage/index.ts";
import { createWebhookProvider } from "../../src/providers/webhook/index.ts";
import { Secret } from "../../src/secrets/index.ts";
import { standinAccounts } from "../../src/standins/index.ts";
import { signedPost } from "../../src/standins/webhook/index.ts";
import { createFakeClock, seededRandom } from "../../src/testing/index.ts";

/** A request that tells an account where texts to its number go. */
export interface Setup {
  readonly path: string;
  readonly method: "POST" | "PUT" | "PATCH";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Vendor {
  readonly name: string;
  readonly number: string;
  /** Ours before the stand-in at `url`, with all that it can do. */
  provider(url: string, parts: CarrierParts): Provider;
  inboundTo(address: string): Setup;
}

const { flowroute, telnyx, vonage, twilio, webhook } = standinAccounts;

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

function form(fields: Readonly<Record<string, string>>): string {
  return new URLSearchParams(fields).toString();
}

const formType = "application/x-www-form-urlencoded";
const jsonType = "application/json";

/** Every stand-in that there is, as a program that uses its vendor knows it. */
export const standinVendors: readonly Vendor[] = [
  {
    name: "flowroute",
    number: flowroute.number,
    provider: (url, parts) =>
      createFlowrouteProvider(
        {
          ...flowroute,
          secretKey: new Secret(flowroute.secretKey),
          from: flowroute.number,
          version: "v2.2",
          url,
        },
        parts,
      ),
    inboundTo: (address) => ({
      path: "/v2.1/messages/sms_callback",
      method: "PUT",
      headers: {
        authorization: basic(flowroute.accessKey, flowroute.secretKey),
        "content-type": "application/vnd.api+json",
      },
      body: JSON.stringify({ callback_url: address }),
    }),
  },
  {
    name: "telnyx",
    number: telnyx.number,
    provider: (url, parts) =>
      createTelnyxProvider(
        {
          ...telnyx,
          apiKey: new Secret(telnyx.apiKey),
          from: telnyx.number,
          calls: { connectionId: telnyx.connectionId, from: telnyx.number, voice: null },
          url,
        },
        parts,
      ),
    inboundTo: (address) => ({
      path: `/v2/messaging_profiles/${telnyx.messagingProfileId}`,
      method: "PATCH",
      headers: { authorization: `Bearer ${telnyx.apiKey}`, "content-type": jsonType },
      body: JSON.stringify({ webhook_url: address }),
    }),
  },
  {
    name: "vonage",
    number: vonage.number,
    provider: (url, parts) =>
      createVonageProvider(
        {
          apiKey: vonage.apiKey,
          apiSecret: new Secret(vonage.apiSecret),
          from: vonage.number,
          api: "sms",
          application: { id: vonage.applicationId, privateKey: new Secret(vonage.privateKey) },
          voiceFrom: vonage.number,
          signatureSecret: new Secret(vonage.signatureSecret),
          signature: "sha256",
          smsUrl: url,
          url,
        },
        parts,
      ),
    inboundTo: (address) => ({
      path: "/account/settings",
      method: "POST",
      headers: { authorization: basic(vonage.apiKey, vonage.apiSecret), "content-type": formType },
      body: form({ moCallBackUrl: address }),
    }),
  },
  {
    name: "twilio",
    number: twilio.number,
    provider: (url, parts) =>
      createTwilioProvider(
        {
          ...twilio,
          authToken: new Secret(twilio.authToken),
          from: twilio.number,
          voiceFrom: twilio.number,
          url,
        },
        parts,
      ),
    inboundTo: (address) => ({
      path: `/2010-04-01/Accounts/${twilio.accountSid}/IncomingPhoneNumbers.json`,
      method: "POST",
      headers: { authorization: basic(twilio.accountSid, twilio.authToken), "content-type": formType },
      body: form({ SmsUrl: address }),
    }),
  },
  {
    name: "webhook",
    number: webhook.number,
    provider: (url, parts) =>
      createWebhookProvider(
        {
          url: `${url}/messages`,
          secret: new Secret(webhook.secret),
          channels: ["sms", "voice"],
          dropsRepetitions: true,
        },
        parts,
      ),
    inboundTo(address) {
      const clock = { ...createFakeClock(), now: () => Date.now() };
      const signed = signedPost({ clock, random: seededRandom(1) }, address, { inboundUrl: address });
      return { path: "/settings", method: "PUT", headers: signed.headers, body: signed.body };
    },
  },
];
