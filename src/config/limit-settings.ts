import { integer, list } from "./setting.ts";
import { parsePorts, parseRanges } from "./values.ts";

const rateMax = 10_000_000;

/** How much one caller may ask. */
export const limitSettings = {
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

/** Where webhooks may go. */
export const webhookSettings = {
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
};
