import type { FlowrouteSettings, FlowrouteVersion } from "../providers/flowroute/index.ts";
import type { TelnyxSettings } from "../providers/telnyx/index.ts";
import type { TwilioSettings } from "../providers/twilio/index.ts";
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
  readonly twilio?: TwilioSettings;
}

type CarrierKey = keyof typeof carrierTable;

/** What each carrier cannot do without. */
const needed: Readonly<Record<CarrierName, readonly CarrierKey[]>> = {
  flowroute: ["flowrouteAccessKey", "flowrouteSecretKey", "flowrouteFrom"],
  telnyx: ["telnyxApiKey", "telnyxPublicKey", "telnyxFrom"],
  twilio: ["twilioAccountSid", "twilioAuthToken", "twilioFrom"],
};

/** Those with all credentials, in the order that was asked for. */
export function configuredCarriers(values: SettingValues): readonly CarrierName[] {
  const complete = carrierNames.filter((name) => needed[name].every((key) => values[key] !== null));
  if (values.carriers.length === 0) return complete;
  return complete
    .filter((name) => values.carriers.includes(name))
    .sort((one, other) => values.carriers.indexOf(one) - values.carriers.indexOf(other));
}

/** Half-given credentials, and carriers that are asked for without any. */
export function accountProblems(values: SettingValues): readonly SettingProblem[] {
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
    ...(order.includes("twilio") ? { twilio: twilio(values) } : {}),
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
    url: values.telnyxUrl,
  };
}

function twilio(values: SettingValues): TwilioSettings {
  return {
    accountSid: given(values.twilioAccountSid),
    authToken: given<Secret>(values.twilioAuthToken),
    from: given(values.twilioFrom),
    url: values.twilioUrl,
  };
}

/** What `configuredCarriers` has seen already. */
function given<V>(value: V | null): V {
  if (value === null) throw new TypeError("a carrier is configured without one of its settings");
  return value;
}
