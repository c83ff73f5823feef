import { flowrouteVersions } from "../providers/flowroute/settings.ts";
import { isTelnyxPublicKey } from "../providers/telnyx/settings.ts";
import { isVonagePrivateKey, vonageApis, vonageSignatures } from "../providers/vonage/settings.ts";
import { isWebhookSecret } from "../providers/webhook/settings.ts";
import {
  address,
  addressAllowed,
  addressProblem,
  credential,
  isNumber,
  isNumberOrName,
  named,
  number,
  numberOrName,
  secretOf,
  sender,
} from "./carrier-setting.ts";
import { list, oneOf, onOrOff, type Parsed } from "./setting.ts";
import { smtpTable } from "./smtp-table.ts";

/** The real carriers, in the order in which they are asked unless it is set. */
export const carrierNames = ["flowroute", "telnyx", "vonage", "twilio", "smtp", "webhook"] as const;
export type CarrierName = (typeof carrierNames)[number];

/** Those whose messages cost nothing and go to no number. */
const emailCarriers: readonly string[] = ["smtp"];

/** Those of them that spend money. */
export function payingCarriers(carriers: readonly string[]): readonly string[] {
  return carriers.filter((one) => !emailCarriers.includes(one));
}

/** The settings of the carriers: a carrier is configured when its credentials are. */
export const carrierTable = {
  carriers: list<readonly string[]>(
    {
      environment: "COUNTERSIGN_CARRIERS",
      description:
        "The order in which the configured carriers are asked. One that is not named takes no messages.",
      allowed: `names with commas between them: ${carrierNames.join(", ")}`,
      default: [],
      defaultText: "all that have credentials, in the order of this page",
    },
    parseCarriers,
  ),
  flowrouteAccessKey: credential("FLOWROUTE_ACCESS_KEY", "Flowroute: the access key."),
  flowrouteSecretKey: secretOf("FLOWROUTE_SECRET_KEY", "Flowroute: the secret key."),
  flowrouteFrom: sender("FLOWROUTE_FROM", "Flowroute: the number that messages come from.", number, isNumber),
  flowrouteVersion: oneOf(flowrouteVersions, {
    environment: "COUNTERSIGN_FLOWROUTE_VERSION",
    description:
      "Flowroute: the version of its API. v2 has no receipts; only v2.2 takes numbers outside North America.",
    default: "v2.2",
  }),
  flowrouteUrl: address("FLOWROUTE_URL", "Flowroute", "https://api.flowroute.com"),
  telnyxApiKey: secretOf("TELNYX_API_KEY", "Telnyx: the API key."),
  telnyxPublicKey: named(
    "TELNYX_PUBLIC_KEY",
    "Telnyx: the public key that its webhooks are verified with.",
    "the base64 text of 44 characters that the console shows",
    (given) => (isTelnyxPublicKey(given) ? null : "allowed is the base64 text that the console shows"),
  ),
  telnyxFrom: sender(
    "TELNYX_FROM",
    "Telnyx: who messages come from. A name needs COUNTERSIGN_TELNYX_MESSAGING_PROFILE_ID.",
    numberOrName,
    isNumberOrName,
  ),
  telnyxMessagingProfileId: credential("TELNYX_MESSAGING_PROFILE_ID", "Telnyx: the messaging profile."),
  telnyxConnectionId: credential(
    "TELNYX_CONNECTION_ID",
    "Telnyx: the Call Control application, for calls. They need PUBLIC_URL.",
  ),
  telnyxVoiceFrom: sender("TELNYX_VOICE_FROM", "Telnyx: the number that calls come from.", number, isNumber),
  telnyxVoice: credential(
    "TELNYX_VOICE",
    "Telnyx: the voice of calls, such as Azure.en-US-AvaMultilingualNeural, in place of its standard one.",
  ),
  telnyxUrl: address("TELNYX_URL", "Telnyx", "https://api.telnyx.com"),
  vonageApiKey: credential("VONAGE_API_KEY", "Vonage: the API key of the account."),
  vonageApiSecret: secretOf("VONAGE_API_SECRET", "Vonage: the API secret of the account."),
  vonageFrom: sender("VONAGE_FROM", "Vonage: who texts come from.", numberOrName, isNumberOrName),
  vonageApi: oneOf(vonageApis, {
    environment: "COUNTERSIGN_VONAGE_API",
    description: "Vonage: the API that texts go by.",
    default: "sms",
  }),
  vonageApplicationId: credential(
    "VONAGE_APPLICATION_ID",
    "Vonage: the application, for calls and for the Messages API.",
  ),
  vonagePrivateKey: secretOf(
    "VONAGE_PRIVATE_KEY",
    "Vonage: the private key of the application.",
    "an RSA key in PEM, whose line ends may be written as \\n",
    isVonagePrivateKey,
  ),
  vonageVoiceFrom: sender("VONAGE_VOICE_FROM", "Vonage: the number that calls come from.", number, isNumber),
  vonageSignatureSecret: secretOf(
    "VONAGE_SIGNATURE_SECRET",
    "Vonage: what callbacks are signed with. Without it only those to addresses made for one message are believed.",
  ),
  vonageSignature: oneOf(vonageSignatures, {
    environment: "COUNTERSIGN_VONAGE_SIGNATURE",
    description: "Vonage: how the account signs callbacks of the SMS API.",
    default: "sha256",
  }),
  vonageUrl: address("VONAGE_URL", "Vonage", "https://api.nexmo.com"),
  vonageSmsUrl: address("VONAGE_SMS_URL", "Vonage's SMS API", "https://rest.nexmo.com"),
  twilioAccountSid: named(
    "TWILIO_ACCOUNT_SID",
    "Twilio: the SID of the account.",
    "AC and 32 hexadecimal digits",
    (given) => (/^AC[0-9a-f]{32}$/.test(given) ? null : "allowed is AC and 32 hexadecimal digits"),
  ),
  twilioAuthToken: secretOf("TWILIO_AUTH_TOKEN", "Twilio: the auth token of the account."),
  twilioFrom: sender(
    "TWILIO_FROM",
    "Twilio: who messages come from.",
    `${numberOrName}, or the SID of a messaging service`,
    (given) => isNumberOrName(given) || /^MG[0-9a-f]{32}$/.test(given),
  ),
  twilioVoiceFrom: sender("TWILIO_VOICE_FROM", "Twilio: the number that calls come from.", number, isNumber),
  twilioUrl: address("TWILIO_URL", "Twilio", "https://api.twilio.com"),
  ...smtpTable,
  carrierWebhookUrl: named(
    "CARRIER_WEBHOOK_URL",
    "A carrier of your own: the one address that messages are posted to.",
    addressAllowed,
    addressProblem,
  ),
  carrierWebhookSecret: secretOf(
    "CARRIER_WEBHOOK_SECRET",
    "A carrier of your own: what both sides sign with, by Standard Webhooks.",
    "whsec_ and base64 of 24 to 64 bytes",
    isWebhookSecret,
  ),
  carrierWebhookChannels: list<readonly ("sms" | "voice" | "email")[]>(
    {
      environment: "COUNTERSIGN_CARRIER_WEBHOOK_CHANNELS",
      description: "A carrier of your own: what it takes.",
      allowed: "sms, voice and email, with commas between them",
      default: ["sms"],
    },
    parseChannels,
  ),
  carrierWebhookIdempotent: onOrOff({
    environment: "COUNTERSIGN_CARRIER_WEBHOOK_IDEMPOTENT",
    description:
      "A carrier of your own: whether it sends one message for one webhook-id, however often it is asked.",
    default: false,
  }),
};

function parseCarriers(given: readonly string[]): Parsed<readonly string[]> {
  const wrong = given.find((one) => !carrierNames.some((name) => name === one));
  if (wrong !== undefined) {
    return { problem: `${wrong} is no carrier: allowed are ${carrierNames.join(", ")}` };
  }
  return new Set(given).size === given.length
    ? { value: given }
    : { problem: "a carrier is named twice: name each once" };
}

function parseChannels(given: readonly string[]): Parsed<readonly ("sms" | "voice" | "email")[]> {
  const known = (["sms", "voice", "email"] as const).filter((one) => given.includes(one));
  return known.length === given.length && known.length > 0
    ? { value: known }
    : { problem: "allowed are sms, voice and email, each once" };
}
