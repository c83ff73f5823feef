import { cellMax } from "../clock/index.ts";
import { databaseUrlProblem } from "../store/postgres/hosts.ts";
import { ownKeyLengthMin } from "../tenants/api-keys.ts";
import { carrierTable } from "./carrier-table.ts";
import { facadesSetting } from "./facades.ts";
import { guardSettings } from "./guard-settings.ts";
import { passkeySettings } from "./passkey-settings.ts";
import { routesSetting } from "./routes-setting.ts";
import { integer, list, oneOf, oneSecret, onOrOff, type Setting, secrets, text } from "./setting.ts";
import {
  accountUrlProblem,
  apiKeyProblem,
  brandSettingProblem,
  loopbackAddresses,
  masterSecretProblem,
  parseCountries,
  parseHosts,
  parsePorts,
  parseRanges,
  publicUrlProblem,
} from "./values.ts";

const rateMax = 10_000_000;

/** A number that may be none. */
const cellNumber: Setting<number | null> = {
  environment: "COUNTERSIGN_CELL",
  description:
    "Which of several installations this one is, where more than one database shares the load: the last byte of every verification's id says it, so that a router in front knows where a check belongs.",
  allowed: `a whole number from 0 to ${cellMax}`,
  default: null,
  defaultText: "none: there is one installation",
  isSecret: false,
  parse(given) {
    const value = /^\d{1,3}$/.test(given) ? Number(given) : Number.NaN;
    return value <= cellMax ? { value } : { problem: `allowed is a whole number from 0 to ${cellMax}` };
  },
  show: String,
};

/** All settings there are. Parsing, `config print`, `config explain` and the page of settings follow from it. */
export const settingsTable = {
  port: integer({
    environment: "PORT",
    description: "The port to listen on. 0 takes a free one.",
    default: 3000,
    min: 0,
    max: 65_535,
  }),
  host: list<readonly string[]>(
    {
      environment: "HOST",
      description:
        "The addresses to listen on. Without it only this machine reaches the server; 0.0.0.0 and :: open it to the network.",
      allowed: "localhost, or IP addresses with commas between them",
      default: loopbackAddresses,
      defaultText: "localhost (127.0.0.1 and ::1)",
    },
    parseHosts,
  ),
  publicUrl: text<string | null>(
    {
      environment: "PUBLIC_URL",
      description:
        "The address under which callers and browsers reach this server, for links and checks of the host.",
      allowed:
        "an http or https address without path, query and fragment, such as https://verify.example.com",
      default: null,
    },
    publicUrlProblem,
  ),
  trustedProxies: list<readonly string[]>(
    {
      environment: "TRUSTED_PROXIES",
      description: "Proxies whose X-Forwarded-For is believed. From anybody else the header changes nothing.",
      allowed: "IP addresses and CIDR ranges with commas between them",
      default: [],
      defaultText: "none",
    },
    parseRanges,
  ),
  data: text<string>(
    {
      environment: "COUNTERSIGN_DATA",
      description:
        "The folder of the embedded database, which one process holds at a time. With DATABASE_URL only the socket of the command line is in it.",
      allowed: "the path of a folder",
      default: "./data",
    },
    () => null,
  ),
  secret: secrets(
    {
      environment: "COUNTERSIGN_SECRET",
      description:
        "The master secret, from which every key is derived. Former secrets follow the current one, with commas between them, so that what they sealed can still be opened; `countersign secrets status` says when one may be removed.",
      allowed: "32 or more bytes that are no example, such as the output of `openssl rand -base64 32`",
      default: [],
      defaultText: "made once and kept in the data folder; production refuses that",
    },
    masterSecretProblem,
  ),
  apiKey: oneSecret(
    {
      environment: "COUNTERSIGN_API_KEY",
      description: "The first API key, for installations that bring their own.",
      allowed: `${ownKeyLengthMin} to 256 printable ASCII characters without spaces, at least 10 different ones`,
      default: null,
      defaultText: "made and shown once on the first start",
    },
    apiKeyProblem,
  ),
  sandbox: onOrOff({
    environment: "COUNTERSIGN_SANDBOX",
    description:
      "The virtual phones. Whoever reaches them reads every code, so they never run together with a real carrier.",
    default: null,
    defaultText:
      "on while no carrier is configured and only this machine reaches the server; never in production",
  }),
  console: onOrOff({
    environment: "COUNTERSIGN_CONSOLE",
    description:
      "The console for administrators at /console. Nobody gets in without an invitation, which the server prints while there is no administrator, and which `countersign console invite` makes.",
    default: null,
    defaultText:
      "on while only this machine reaches the server and PUBLIC_URL is not set; never by itself in production",
  }),
  environment: oneOf(["development", "production"], {
    environment: "COUNTERSIGN_ENV",
    description: "production refuses what is fit for development only, each by name and with its remedy.",
    default: "development",
  }),
  log: oneOf(["trace", "debug", "info", "warn", "error", "silent"], {
    environment: "COUNTERSIGN_LOG",
    description: "The least important lines that are still written to the log.",
    default: "info",
  }),
  trustedDeviceDays: integer({
    environment: "COUNTERSIGN_TRUSTED_DEVICE_DAYS",
    description:
      "How many days a device that somebody trusts signs in with a password alone. With 0 no device is trusted.",
    default: 30,
    min: 0,
    max: 365,
  }),
  changeWaitHours: integer({
    environment: "COUNTERSIGN_CHANGE_WAIT_HOURS",
    description:
      "How many hours the last authenticator that protects an account waits before it is removed, while its owner is told and may object. 0 removes it at once.",
    default: 24,
    min: 0,
    max: 720,
  }),
  addressAgeMaxDays: integer({
    environment: "COUNTERSIGN_ADDRESS_AGE_MAX_DAYS",
    description:
      "After how many days without a code that came back a number or an e-mail address of a subscriber gets nothing but its own codes until one comes back: numbers are given to other people. 0 sets no age.",
    default: 365,
    min: 0,
    max: 3_650,
  }),
  breachedPasswords: text<string | null>(
    {
      environment: "COUNTERSIGN_BREACHED_PASSWORDS",
      description:
        "A list of breached passwords, which nobody may choose: SHA-1 hashes as haveibeenpwned.com gives them out. It is searched where it lies and never sent anywhere.",
      allowed: "the path of one sorted file, or of a folder of ranges (ABCDE or ABCDE.txt)",
      default: null,
      defaultText: "none: only the 20,000 most common are refused",
    },
    () => null,
  ),
  accountUrl: text<string | null>(
    {
      environment: "COUNTERSIGN_ACCOUNT_URL",
      description:
        "Where the pages behind the links of notices (/not-me) and resets (/reset) are, if they are pages of your own.",
      allowed: "an http or https address without query and fragment, such as https://app.example.com/account",
      default: null,
      defaultText: "PUBLIC_URL with /account; without one, notices have no link",
    },
    accountUrlProblem,
  ),
  brand: text<string>(
    {
      environment: "COUNTERSIGN_BRAND",
      description:
        "Who the messages of the first service speak for. Later, services are changed by their own calls.",
      allowed: "1 to 20 letters, digits, spaces or & ' . _ ! + -, and nothing that looks like a link",
      default: "Countersign",
    },
    brandSettingProblem,
  ),
  countries: list<"all" | readonly string[] | null>(
    {
      environment: "COUNTERSIGN_COUNTRIES",
      description: "Where messages may go.",
      allowed: "all, or ISO 3166 regions with commas between them, such as DE,AT,CH",
      default: null,
      defaultText: "all with the sandbox, none with a real carrier",
    },
    parseCountries,
  ),
  voiceCountries: list<"all" | readonly string[] | null>(
    {
      environment: "COUNTERSIGN_VOICE_COUNTRIES",
      description: "Where calls may go, if not to the same countries as messages.",
      allowed: "all, or ISO 3166 regions with commas between them, such as DE,AT,CH",
      default: null,
      defaultText: "as COUNTERSIGN_COUNTRIES",
    },
    parseCountries,
  ),
  ...passkeySettings,
  facades: facadesSetting,
  ...guardSettings,
  ...routesSetting,
  webhookNetworks: list<readonly string[]>(
    {
      environment: "COUNTERSIGN_WEBHOOK_NETWORKS",
      description:
        "Your own network, as far as webhooks may go there: also over plain http, and on any port. Without it they go to the public network alone, since tenants choose where. Name 127.0.0.0/8 to try them on this machine, which production refuses.",
      allowed: "IP addresses and CIDR ranges with commas between them",
      default: [],
      defaultText: "none",
    },
    parseRanges,
  ),
  webhookPorts: list<readonly number[]>(
    {
      environment: "COUNTERSIGN_WEBHOOK_PORTS",
      description: "The ports of the public network that webhooks may go to.",
      allowed: "port numbers with commas between them",
      default: [443, 8_443],
    },
    parsePorts,
  ),
  databaseUrl: oneSecret(
    {
      environment: "DATABASE_URL",
      description:
        "The PostgreSQL database (15 or newer) of any number of servers. It needs COUNTERSIGN_SECRET, the same on each of them. With several hosts the one that takes writes is used.",
      allowed:
        "an address such as postgres://user:password@host/database, or @host-1:5432,host-2:5432/database with standbys",
      default: null,
      defaultText: "none: the embedded database in the data folder",
    },
    (given) => databaseUrlProblem(given.reveal()),
  ),
  cell: cellNumber,
  ...carrierTable,
  keyRequestsPerSecond: integer({
    environment: "COUNTERSIGN_KEY_REQUESTS_PER_SECOND",
    description: "Requests that one API key may make, sustained; twice as many in a burst. 0 sets no limit.",
    default: 1_000,
    min: 0,
    max: rateMax,
  }),
  addressRequestsPerSecond: integer({
    environment: "COUNTERSIGN_ADDRESS_REQUESTS_PER_SECOND",
    description:
      "Requests from one address (of IPv6: one /64), sustained; twice as many in a burst. 0 sets no limit.",
    default: 2_000,
    min: 0,
    max: rateMax,
  }),
  addressFailuresPerMinute: integer({
    environment: "COUNTERSIGN_ADDRESS_FAILURES_PER_MINUTE",
    description:
      "Requests with a missing or wrong API key from one address, after which it is told to wait. 0 sets no limit.",
    default: 60,
    min: 0,
    max: rateMax,
  }),
  connectionsMax: integer({
    environment: "COUNTERSIGN_CONNECTIONS_MAX",
    description: "Connections held open at once, on each address listened on; further ones are dropped.",
    default: 16_384,
    min: 1,
    max: 1_000_000,
  }),
};

export type SettingName = keyof typeof settingsTable;
export const settingNames = Object.keys(settingsTable) as readonly SettingName[];

type ValueOf<S> = S extends Setting<infer V> ? V : never;

/** What the table's parsers give, before the settings are seen together. */
export type SettingValues = { readonly [N in SettingName]: ValueOf<(typeof settingsTable)[N]> };
