import { flowrouteVersions } from "../providers/flowroute/index.ts";
import { isTelnyxPublicKey } from "../providers/telnyx/index.ts";
import { list, oneOf, oneSecret, type Parsed, type Setting, text } from "./setting.ts";

/** The real carriers, in the order in which they are asked unless it is set. */
export const carrierNames = ["flowroute", "telnyx", "twilio"] as const;
export type CarrierName = (typeof carrierNames)[number];

const number = "a number in E.164, such as +12065550100";
const numberOrName = `${number}, or a name of at most 11 letters and digits`;

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
  telnyxUrl: address("TELNYX_URL", "Telnyx", "https://api.telnyx.com"),
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
  twilioUrl: address("TWILIO_URL", "Twilio", "https://api.twilio.com"),
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

function credential(name: string, description: string): Setting<string | null> {
  return named(name, description, "what the carrier's console shows", (given) =>
    /^[\x21-\x7e]{1,256}$/.test(given) ? null : "allowed are printable characters without spaces",
  );
}

function named(
  name: string,
  description: string,
  allowed: string,
  problemOf: (given: string) => string | null,
): Setting<string | null> {
  return text<string | null>(
    { environment: `COUNTERSIGN_${name}`, description, allowed, default: null, defaultText: "none" },
    problemOf,
  );
}

function secretOf(name: string, description: string): ReturnType<typeof oneSecret> {
  return oneSecret(
    {
      environment: `COUNTERSIGN_${name}`,
      description,
      allowed: "what the carrier's console shows",
      default: null,
      defaultText: "none",
    },
    (given) => (given.reveal() === "" ? "it is empty" : null),
  );
}

function sender(
  name: string,
  description: string,
  allowed: string,
  isAllowed: (given: string) => boolean,
): Setting<string | null> {
  return named(name, description, allowed, (given) => (isAllowed(given) ? null : `allowed is ${allowed}`));
}

function isNumber(given: string): boolean {
  return /^\+[1-9]\d{6,14}$/.test(given);
}

function isNumberOrName(given: string): boolean {
  return isNumber(given) || /^(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}$/.test(given);
}

/** Credentials go there: in the clear to this machine only. */
function address(name: string, carrier: string, standard: string): Setting<string> {
  return text<string>(
    {
      environment: `COUNTERSIGN_${name}`,
      description: `${carrier}: where its API is. Change it to try a stand-in (\`countersign sandbox serve\`).`,
      allowed: "an https address, or an http one of this machine",
      default: standard,
    },
    (given) => {
      const url = URL.canParse(given) ? new URL(given) : null;
      const isLocal = url?.protocol === "http:" && /^(127\.|localhost$|\[::1\]$)/.test(url.hostname);
      const isPlain = url?.search === "" && url.hash === "" && url.username === "" && !given.endsWith("/");
      if (isPlain && (isLocal || url?.protocol === "https:")) return null;
      return "allowed is an https address, or an http one of this machine, without a slash at its end";
    },
  );
}
