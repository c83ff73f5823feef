import { brandProblem, parseLocale } from "../../../delivery/index.ts";
import { type DestinationRules, endpointUrlProblem } from "../../../events/index.ts";
import { regions } from "../../../numbers/index.ts";
import type { TelnyxChannel, TelnyxProfile } from "../../../tenants/index.ts";
import { errors, refuse } from "./errors.ts";
import { type Fields, objectOf, textIn, wholeIn, wrong } from "./requests.ts";
import { timeoutSecondsCeiling, timeoutSecondsRange } from "./start.ts";

const nameLengthMax = 100;
const destinationsMax = 300;
const appNamePattern = /^[A-Za-z0-9 -]{1,30}$/;
const senderPattern = /^[A-Za-z0-9 ]{1,11}$/;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What may be set for each channel; WhatsApp has none, since nothing is sent there. */
const channelNames = ["sms", "call", "flashcall"] as const;

/** What a profile may be given here. */
export interface Allowed {
  readonly weakCodes: boolean;
  /** Where its webhooks may go. */
  readonly destinations: DestinationRules;
}

/** A profile with what a body changes. What it does not name stays; null takes back. */
export function changedProfile(before: TelnyxProfile, fields: Fields, allowed: Allowed): TelnyxProfile {
  const name = textIn(fields, "name") ?? before.name;
  if (name !== undefined && (name.trim() === "" || name.length > nameLengthMax)) {
    return refuse(wrong("name", "", `must have 1 to ${nameLengthMax} characters`));
  }
  const changed: { -readonly [K in keyof TelnyxProfile]: TelnyxProfile[K] } = { ...before };
  if (name !== undefined) changed.name = name;
  if (fields.has("language")) changed.language = languageIn(fields);
  if (fields.has("webhook_url")) changed.webhookUrl = urlIn(fields, "webhook_url", allowed);
  if (fields.has("webhook_failover_url")) {
    changed.webhookFailoverUrl = urlIn(fields, "webhook_failover_url", allowed);
  }
  for (const channel of channelNames) {
    const value = fields.get(channel);
    if (value === undefined || value === null) continue;
    changed[channel] = changedChannel(before[channel], objectOf(value, `/${channel}`), channel, allowed);
  }
  return changed;
}

function languageIn(fields: Fields): string | null {
  const given = textIn(fields, "language");
  if (given === undefined) return null;
  return parseLocale(given) ?? refuse(wrong("language", "", "must be a language tag such as en-US"));
}

/** An address that every post is checked against once more, when its name is resolved (W-11). */
function urlIn(fields: Fields, name: string, { destinations }: Allowed): string | null {
  const given = textIn(fields, name);
  if (given === undefined || given === "") return null;
  const problem = endpointUrlProblem(given, destinations);
  if (problem === null) return given;
  return refuse(errors.url({ pointer: `/${name}`, detail: `${name} ${problem}.` }));
}

function changedChannel(
  before: TelnyxChannel = {},
  fields: Fields,
  channel: (typeof channelNames)[number],
  { weakCodes }: Allowed,
): TelnyxChannel {
  const at = `/${channel}`;
  const changed: { -readonly [K in keyof TelnyxChannel]: TelnyxChannel[K] } = { ...before };
  const appName = textIn(fields, "app_name", at);
  if (appName !== undefined) changed.appName = checkedAppName(appName, at);
  const codeLength = wholeIn(fields, "code_length", [4, 10], at);
  if (codeLength !== undefined) {
    if (codeLength < 6 && !weakCodes) {
      return refuse(
        wrong("code_length", at, "must be at least 6: shorter codes need a service that allows them"),
      );
    }
    changed.codeLength = codeLength;
  }
  // The vendor's pages and its description differ in the name; both are in use.
  for (const name of ["default_verification_timeout_secs", "default_timeout_secs"]) {
    const seconds = wholeIn(fields, name, timeoutSecondsRange, at);
    if (seconds !== undefined) changed.timeoutSeconds = Math.min(seconds, timeoutSecondsCeiling);
  }
  if (fields.has("whitelisted_destinations")) changed.destinations = destinationsIn(fields, at);
  const templateId = textIn(fields, "messaging_template_id", at);
  if (templateId !== undefined) {
    if (!uuid.test(templateId)) return refuse(wrong("messaging_template_id", at, "must be a UUID"));
    changed.templateId = templateId.toLowerCase();
  }
  if (fields.has("alpha_sender")) changed.alphaSender = senderIn(fields, at);
  return changed;
}

function checkedAppName(appName: string, at: string): string {
  if (!appNamePattern.test(appName)) {
    return refuse(wrong("app_name", at, "must be 1 to 30 letters, digits, spaces or -"));
  }
  const problem = brandProblem(appName);
  return problem === null ? appName : refuse(wrong("app_name", at, problem));
}

function destinationsIn(fields: Fields, at: string): readonly string[] {
  const value = fields.get("whitelisted_destinations");
  const name = "whitelisted_destinations";
  if (!Array.isArray(value) || value.length > destinationsMax) {
    return refuse(wrong(name, at, "must be a list of country codes"));
  }
  const listed: readonly unknown[] = value;
  return listed.map((one) => {
    const region = typeof one === "string" ? one.toUpperCase() : "";
    if (region === "*" || regions.has(region)) return region;
    return refuse(wrong(name, at, "must have country codes of two letters, or *"));
  });
}

function senderIn(fields: Fields, at: string): string | null {
  const given = textIn(fields, "alpha_sender", at);
  if (given === undefined) return null;
  const isFine = senderPattern.test(given);
  return isFine ? given : refuse(wrong("alpha_sender", at, "must be 1 to 11 letters, digits or spaces"));
}
