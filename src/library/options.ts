import { resolve } from "node:path";
import type { Clock, Random } from "../clock/index.ts";
import { relyingPartyIn } from "../config/passkey-settings.ts";
import { isSandboxOn, settingsProblems } from "../config/rules.ts";
import type { Setting } from "../config/setting.ts";
import { type SettingName, type SettingValues, settingNames, settingsTable } from "../config/table.ts";
import type { Provider } from "../delivery/index.ts";
import type { Log } from "../engine/index.ts";
import { accountSettings } from "../instance/account-settings.ts";
import type { InstanceOptions } from "../instance/instance.ts";
import { StartRefused } from "../instance/start-refused.ts";
import { numberRisks, type RiskLookup } from "../numbers/index.ts";
import { described, hasFunctions, noSuchOption, type Shape } from "./option-shapes.ts";

/** What `createCountersign` is given. Everything has a default; a name that is not listed here is an error. */
export interface CountersignOptions {
  /** The folder of the embedded database, held by one instance at a time. Default `./data`. */
  readonly data?: string;
  /** A PostgreSQL database instead, such as `postgres://user:password@host/database`. It needs `secret`. */
  readonly databaseUrl?: string;
  /** The master secret, 32 bytes or more; former ones follow the current one. Default: made and kept in the folder. */
  readonly secret?: string | readonly string[];
  /** The virtual phones. Default: on in development while there are no `providers`. */
  readonly sandbox?: boolean;
  /** `production` refuses what is fit for development only. Default `development`. */
  readonly environment?: "development" | "production";
  /** Who the messages speak for until the service says otherwise. Default `Countersign`. */
  readonly brand?: string;
  /** Where messages may go: `all`, or ISO 3166 regions such as `["DE", "AT"]`. Default: all with the sandbox, else none. */
  readonly countries?: "all" | readonly string[];
  /**
   * What all messages of a day (UTC) may cost together, in the currency of `prices`: with `providers` it must be given,
   * and beyond it nothing is sent. A tenth is kept for numbers that were verified before.
   */
  readonly moneyPerDay?: number;
  /**
   * What a segment of a text and a call cost, by region and channel, and by carrier where theirs differ, such as
   * `{ "DE/sms": 0.075, "DE/sms/acme": 0.06, "*\/voice": 0.15 }`. Default: high ones.
   */
  readonly prices?: Readonly<Record<string, number>>;
  /** How many days a device that somebody trusts signs in with a password alone; 0 for never. Default 30. */
  readonly trustedDeviceDays?: number;
  /**
   * Where the pages behind the links of notices and resets are, if they are pages of your own, such as
   * `https://app.example.com/account`. Default: the account pages below `publicUrl`; without one, notices have no link.
   */
  readonly accountUrl?: string;
  /**
   * A list of breached passwords, which nobody may choose: the path of a sorted file of SHA-1 hashes, or of a folder of
   * ranges, as haveibeenpwned.com gives them out. Default: only the 20,000 most common are refused.
   */
  readonly breachedPasswords?: string;
  /** How many hours the last authenticator that protects an account waits before it goes; 0 for none. Default 24. */
  readonly changeWaitHours?: number;
  /** After how many days without a code that came back an address gets nothing but its own; 0 for never. Default 365. */
  readonly addressAgeMaxDays?: number;
  /** The first API key, for a mounted API: 32 characters or more. Default: made on the first start. */
  readonly apiKey?: string;
  /**
   * Where browsers and carriers reach a mount, with its path, such as `https://app.example.com/verify`. Default: what the
   * framework says, and carriers report nothing.
   */
  readonly publicUrl?: string;
  /**
   * The domain that passkeys belong to, the exact origins of the pages that ask for them, and what browsers call you.
   * Default: host and origin of `publicUrl`, in development `localhost`; and `brand`.
   */
  readonly passkeyDomain?: string;
  readonly passkeyOrigins?: readonly string[];
  readonly passkeyName?: string;
  /** Carriers of your own. They need `countries` and `moneyPerDay`: they spend money from their first minute. */
  readonly providers?: readonly Provider[];
  /**
   * Who knows whether a SIM was swapped or a number was ported lately: asked before each code that goes over the telephone
   * network. With `denied` of it nothing is sent, and the start says `risk_denied`, so that you ask for another authenticator.
   */
  readonly riskLookup?: RiskLookup;
  /** How long to wait until whoever holds the folder lets go of it. Default 10 000. */
  readonly lockWaitMs?: number;
  /** Where warnings go. By default nowhere: a library prints nothing. */
  readonly log?: Log;
  /** Time and chance, for tests: see `countersign/testing`. */
  readonly clock?: Clock;
  readonly random?: Random;
}

/** The options that are settings of the server too, and are read by the same table. */
const settingOptions = [
  "data",
  "databaseUrl",
  "secret",
  "sandbox",
  "environment",
  "brand",
  "countries",
  "moneyPerDay",
  "prices",
  "apiKey",
  "trustedDeviceDays",
  "accountUrl",
  "breachedPasswords",
  "changeWaitHours",
  "addressAgeMaxDays",
  "passkeyDomain",
  "passkeyOrigins",
  "passkeyName",
] as const satisfies readonly SettingName[];

type SettingOption = (typeof settingOptions)[number];

const otherOptions: Readonly<Record<Exclude<keyof CountersignOptions, SettingOption>, Shape>> = {
  providers: {
    allowed: "a list of providers, each with an id of its own, channels, capabilities and send",
    fits: (given) =>
      Array.isArray(given) &&
      given.every(isProvider) &&
      new Set(given.map(({ id }: Provider) => id)).size === given.length,
  },
  publicUrl: {
    allowed: "an http or https address such as https://app.example.com/verify",
    fits: (given) => typeof given === "string" && /^https?:\/\/[^?#\s]+$/.test(given) && URL.canParse(given),
  },
  riskLookup: {
    allowed: `an object with lookUp and, if you like, denied: a list of ${numberRisks.join(", ")}`,
    fits: isRiskLookup,
  },
  lockWaitMs: {
    allowed: "a whole number of milliseconds from 0 on",
    fits: (given) => Number.isSafeInteger(given) && Number(given) >= 0,
  },
  log: { allowed: "an object with info, warn and error", fits: hasFunctions("info", "warn", "error") },
  clock: { allowed: "an object with now, sleep and after", fits: hasFunctions("now", "sleep", "after") },
  random: { allowed: "an object with bytes", fits: hasFunctions("bytes") },
};

function isRiskLookup(given: unknown): boolean {
  if (!hasFunctions("lookUp")(given)) return false;
  const { denied } = given as { readonly denied?: unknown };
  return denied === undefined || (Array.isArray(denied) && denied.every((one) => numberRisks.includes(one)));
}

const optionNames: readonly string[] = [...settingOptions, ...Object.keys(otherOptions)];

/**
 * The options as an instance is opened with.
 * @throws StartRefused `settings_invalid` with every option that is wrong: its name, what was given, what is allowed
 */
export function readOptions(options: CountersignOptions): InstanceOptions {
  const { values, problems } = readEach(options, optionNames);
  const carriers = (Array.isArray(options.providers) ? options.providers : []).map((one) => one.id);
  const publicUrlText = otherOptions.publicUrl.fits(options.publicUrl) ? options.publicUrl : undefined;
  const seen = { values: { ...values, publicUrl: publicUrlText ?? null }, carriers, secretPath: null };
  if (problems.length === 0)
    problems.push(...settingsProblems(seen).map((one) => inOptionNames(one.message)));
  if (problems.length > 0) {
    throw new StartRefused("settings_invalid", `createCountersign: ${problems.join("; ")}`);
  }
  const { providers, publicUrl, riskLookup, lockWaitMs, log, clock, random } = options;
  const sandbox = isSandboxOn(seen);
  return {
    // As it is now: the application may change its working directory.
    folder: resolve(values.data),
    databaseUrl: values.databaseUrl,
    secrets: values.secret,
    apiKey: values.apiKey,
    brand: values.brand,
    sandbox,
    trustedDeviceMs: values.trustedDeviceDays * 86_400_000,
    accounts: accountSettings({ ...values, publicUrl: publicUrlText ?? null }),
    breachedPasswords: values.breachedPasswords,
    relyingParty: relyingPartyIn(seen.values),
    numberPolicy: { countries: values.countries ?? (sandbox ? "all" : []) },
    // The virtual phones cost nothing.
    ...(values.moneyPerDay === null || sandbox
      ? {}
      : { guard: { moneyPerDay: values.moneyPerDay, prices: values.prices } }),
    ...Object.fromEntries(
      Object.entries({ providers, publicUrl, riskLookup, lockWaitMs, log, clock, random }).filter(
        ([, one]) => one !== undefined,
      ),
    ),
  };
}

/**
 * The same of the options that go with an environment.
 * @throws StartRefused `settings_invalid`
 */
export function refuseWrongOptions(options: object, names: readonly string[]): void {
  const { problems } = readEach(options, names);
  if (problems.length > 0) {
    throw new StartRefused("settings_invalid", `createFromEnvironment: ${problems.join("; ")}`);
  }
}

function readEach(
  options: CountersignOptions,
  names: readonly string[],
): { readonly values: SettingValues; readonly problems: string[] } {
  const problems: string[] = [];
  for (const [name, given] of Object.entries(options)) {
    const problem = given === undefined ? null : problemOf(name, given, names);
    if (problem !== null) problems.push(`${name}: ${problem}`);
  }
  return { values: valuesOf(options, problems), problems };
}

/** Settings are spoken of by their name in the environment: here they are options. */
export function inOptionNames(sentence: string): string {
  let said = sentence.replaceAll(/COUNTERSIGN_SANDBOX=on/g, "`sandbox: true`");
  // The longer names first: COUNTERSIGN_SECRET is the beginning of COUNTERSIGN_SECRET_FILE.
  said = said.replaceAll(/COUNTERSIGN_SECRET_FILE|COUNTERSIGN_SECRET/g, "`secret`");
  for (const name of settingOptions) said = said.replaceAll(settingsTable[name].environment, `\`${name}\``);
  return said;
}

function valuesOf(options: CountersignOptions, problems: string[]): SettingValues {
  const values = {} as Record<SettingName, unknown>;
  for (const name of settingNames) values[name] = settingsTable[name].default;
  for (const name of settingOptions) {
    const given = options[name];
    if (given === undefined || !isOwnType(name, given)) continue;
    const text = asText(given);
    const parsed = (settingsTable[name] as Setting<unknown>).parse(text);
    if ("value" in parsed) values[name] = parsed.value;
    else problems.push(`${name}: ${saidBack(name, given)}${parsed.problem}`);
  }
  return values as SettingValues;
}

/** What the table cannot say: a name that does not exist, and a value of a type that has no text. */
function problemOf(name: string, given: unknown, names: readonly string[]): string | null {
  if (!names.includes(name)) return noSuchOption(name, names);
  if (Object.hasOwn(otherOptions, name)) {
    const shape = otherOptions[name as keyof typeof otherOptions];
    return shape.fits(given) ? null : `${described(given)} was given, allowed is ${shape.allowed}`;
  }
  const option = name as SettingOption;
  if (isOwnType(option, given)) return null;
  return `${saidBack(option, given)}allowed is ${allowedOf(option)}`;
}

const numberOptions: readonly SettingOption[] = [
  "moneyPerDay",
  "trustedDeviceDays",
  "changeWaitHours",
  "addressAgeMaxDays",
];

/** The table reads text; an option has the type that suits it. */
function isOwnType(name: SettingOption, given: unknown): boolean {
  if (name === "sandbox") return typeof given === "boolean";
  if (numberOptions.includes(name)) return typeof given === "number";
  if (name === "prices") return isRecordOfNumbers(given);
  if (name === "secret" || name === "countries" || name === "passkeyOrigins") {
    return [given].flat().every((one) => typeof one === "string" && one !== "");
  }
  return typeof given === "string" && given !== "";
}

function isRecordOfNumbers(given: unknown): given is Readonly<Record<string, number>> {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return false;
  return Object.values(given).every((one) => typeof one === "number");
}

function allowedOf(name: SettingOption): string {
  if (name === "sandbox") return "true or false";
  return name === "prices"
    ? 'an object such as { "DE/sms": 0.075, "*/voice": 0.15 }'
    : settingsTable[name].allowed;
}

function asText(given: NonNullable<CountersignOptions[SettingOption]>): string {
  if (typeof given === "boolean") return given ? "on" : "off";
  if (isRecordOfNumbers(given))
    return Object.entries(given)
      .map((one) => one.join("="))
      .join(",");
  return String(given);
}

function saidBack(name: SettingOption, given: unknown): string {
  // A secret is never said back, nor is an address with a password in it.
  if (settingsTable[name].isSecret) return "";
  return `${described(given)} was given, `;
}

function isProvider(given: unknown): given is Provider {
  if (!hasFunctions("send")(given)) return false;
  const { id, channels, capabilities } = given as Partial<Record<keyof Provider, unknown>>;
  const isNamed = typeof id === "string" && /^[a-z][a-z0-9-]{0,31}$/.test(id);
  return isNamed && Array.isArray(channels) && typeof capabilities === "object" && capabilities !== null;
}
