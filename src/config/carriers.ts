import type { FlowrouteSettings, FlowrouteVersion } from "../providers/flowroute/index.ts";
import { hasSmtpLibrary, smtpLibraryMissing } from "../providers/smtp/library.ts";
import { type SmtpSecurity, type SmtpSettings, smtpPorts } from "../providers/smtp/settings.ts";
import type { TelnyxSettings } from "../providers/telnyx/index.ts";
import type { TwilioSettings } from "../providers/twilio/index.ts";
import type { VonageApi, VonageSettings, VonageSignature } from "../providers/vonage/index.ts";
import type { WebhookSettings } from "../providers/webhook/index.ts";
import type { Secret } from "../secrets/index.ts";
import { type CarrierName, carrierNames, carrierTable } from "./carrier-table.ts";
import { problem, type SettingProblem } from "./given.ts";
import type { SettingValues } from "./table.ts";

/** The accounts of the carriers that are configured. */
export interface CarrierSettings {
  /** In the order in which they are asked. */
  readonly order: readonly CarrierName[];
  readonly flowroute?: FlowrouteSettings;
  readonly telnyx?: TelnyxSettings;
  readonly vonage?: VonageSettings;
  readonly twilio?: TwilioSettings;
  readonly smtp?: SmtpSettings;
  readonly webhook?: WebhookSettings;
}

type CarrierKey = keyof typeof carrierTable;

/** What each carrier cannot do without. */
const needed: Readonly<Record<CarrierName, readonly CarrierKey[]>> = {
  flowroute: ["flowrouteAccessKey", "flowrouteSecretKey", "flowrouteFrom"],
  telnyx: ["telnyxApiKey", "telnyxPublicKey", "telnyxFrom"],
  vonage: ["vonageApiKey", "vonageApiSecret", "vonageFrom"],
  twilio: ["twilioAccountSid", "twilioAuthToken", "twilioFrom"],
  smtp: ["smtpHost", "smtpFrom"],
  webhook: ["carrierWebhookUrl", "carrierWebhookSecret"],
};

/** Those with all credentials, in the order that was asked for. */
export function configuredCarriers(values: SettingValues): readonly CarrierName[] {
  const complete = carrierNames.filter((name) => needed[name].every((key) => values[key] !== null));
  if (values.carriers.length === 0) return complete;
  return complete
    .filter((name) => values.carriers.includes(name))
    .sort((one, other) => values.carriers.indexOf(one) - values.carriers.indexOf(other));
}

/** What is of no use by itself: the first needs the second. */
const pairs: readonly (readonly [CarrierKey, CarrierKey | "publicUrl"])[] = [
  ["telnyxConnectionId", "telnyxVoiceFrom"],
  ["telnyxVoiceFrom", "telnyxConnectionId"],
  ["telnyxConnectionId", "publicUrl"],
  ["vonageApplicationId", "vonagePrivateKey"],
  ["vonagePrivateKey", "vonageApplicationId"],
  ["vonageVoiceFrom", "vonageApplicationId"],
  ["smtpUser", "smtpPassword"],
  ["smtpPassword", "smtpUser"],
];

function pairProblems(values: SettingValues): readonly SettingProblem[] {
  return pairs.flatMap(([given, wanted]) => {
    if (values[given] === null || values[wanted] !== null) return [];
    const name = wanted === "publicUrl" ? "PUBLIC_URL" : carrierTable[wanted].environment;
    const { environment } = carrierTable[given];
    return [problem(name, `${environment} needs it: set it, or leave ${environment} out`)];
  });
}

/** Half-given credentials, and carriers that are asked for without any. */
export function accountProblems(values: SettingValues): readonly SettingProblem[] {
  return [...credentialProblems(values), ...pairProblems(values), ...smtpProblems(values)];
}

/** The password and every code cross the network: in the clear to this machine only. */
function smtpProblems(values: SettingValues): readonly SettingProblem[] {
  const { smtpHost, smtpFrom, smtpSecurity } = values;
  if (smtpHost === null || smtpFrom === null) return [];
  const problems: SettingProblem[] = [];
  if (smtpSecurity === "off" && !/^(127\.[\d.]+|::1|localhost)$/.test(smtpHost)) {
    const remedy = `off is for a mail server on this machine alone, and ${smtpHost} is not: leave it out, or set it to tls`;
    problems.push(problem(carrierTable.smtpSecurity.environment, remedy));
  }
  if (!hasSmtpLibrary()) problems.push(problem(carrierTable.smtpHost.environment, smtpLibraryMissing));
  return problems;
}

function credentialProblems(values: SettingValues): readonly SettingProblem[] {
  return carrierNames.flatMap((name) => {
    const missing = needed[name].filter((key) => values[key] === null);
    const isAsked = missing.length < needed[name].length || values.carriers.includes(name);
    if (missing.length === 0 || !isAsked) return [];
    const [first = "carriers"] = missing;
    const variables = missing.map((key) => carrierTable[key].environment).join(" and ");
    const remedy = `${name} needs ${variables} too: set it, or leave everything of ${name} out`;
    return [problem(carrierTable[first].environment, remedy)];
  });
}

export function carrierSettings(values: SettingValues): CarrierSettings {
  const order = configuredCarriers(values);
  return {
    order,
    ...(order.includes("flowroute") ? { flowroute: flowroute(values) } : {}),
    ...(order.includes("telnyx") ? { telnyx: telnyx(values) } : {}),
    ...(order.includes("vonage") ? { vonage: vonage(values) } : {}),
    ...(order.includes("twilio") ? { twilio: twilio(values) } : {}),
    ...(order.includes("smtp") ? { smtp: smtp(values) } : {}),
    ...(order.includes("webhook") ? { webhook: webhook(values) } : {}),
  };
}

function flowroute(values: SettingValues): FlowrouteSettings {
  return {
    accessKey: given(values.flowrouteAccessKey),
    secretKey: given<Secret>(values.flowrouteSecretKey),
    from: given(values.flowrouteFrom),
    version: values.flowrouteVersion as FlowrouteVersion,
    url: values.flowrouteUrl,
  };
}

function telnyx(values: SettingValues): TelnyxSettings {
  return {
    apiKey: given<Secret>(values.telnyxApiKey),
    publicKey: given(values.telnyxPublicKey),
    from: given(values.telnyxFrom),
    messagingProfileId: values.telnyxMessagingProfileId,
    calls:
      values.telnyxConnectionId === null
        ? null
        : {
            connectionId: values.telnyxConnectionId,
            from: given(values.telnyxVoiceFrom),
            voice: values.telnyxVoice,
          },
    url: values.telnyxUrl,
  };
}

function twilio(values: SettingValues): TwilioSettings {
  return {
    accountSid: given(values.twilioAccountSid),
    authToken: given<Secret>(values.twilioAuthToken),
    from: given(values.twilioFrom),
    voiceFrom: values.twilioVoiceFrom,
    url: values.twilioUrl,
  };
}

function vonage(values: SettingValues): VonageSettings {
  return {
    apiKey: given(values.vonageApiKey),
    apiSecret: given<Secret>(values.vonageApiSecret),
    from: given(values.vonageFrom),
    api: values.vonageApi as VonageApi,
    application:
      values.vonageApplicationId === null
        ? null
        : { id: values.vonageApplicationId, privateKey: given<Secret>(values.vonagePrivateKey) },
    voiceFrom: values.vonageVoiceFrom,
    signatureSecret: values.vonageSignatureSecret,
    signature: values.vonageSignature as VonageSignature,
    smsUrl: values.vonageSmsUrl,
    url: values.vonageUrl,
  };
}

function smtp(values: SettingValues): SmtpSettings {
  const { smtpUser: user, smtpPassword: password, smtpPort } = values;
  const security = values.smtpSecurity as SmtpSecurity;
  const from: string = given(values.smtpFrom);
  return {
    host: given(values.smtpHost),
    port: smtpPort === 0 ? smtpPorts[security] : smtpPort,
    security,
    login: user === null || password === null ? null : { user, password },
    from,
    envelopeFrom: values.smtpEnvelopeFrom ?? from,
    connectionsMax: values.smtpConnections,
  };
}

function webhook(values: SettingValues): WebhookSettings {
  return {
    url: given(values.carrierWebhookUrl),
    secret: given<Secret>(values.carrierWebhookSecret),
    channels: values.carrierWebhookChannels,
    dropsRepetitions: values.carrierWebhookIdempotent === true,
  };
}

/** What `configuredCarriers` has seen already. */
function given<V>(value: V | null): V {
  if (value === null) throw new TypeError("a carrier is configured without one of its settings");
  return value;
}
