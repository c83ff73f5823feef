import { facadesSetting } from "./facades.ts";
import { integer, list, oneOf, onOrOff, text } from "./setting.ts";
import { loopbackAddresses, parseHosts, parseRanges, publicUrlProblem } from "./values.ts";

/** Where the server is reached. */
export const addressSettings = {
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
};

/** What runs, and how much of it is said. */
export const operationSettings = {
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
  facades: facadesSetting,
};
