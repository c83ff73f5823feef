import ipaddr from "ipaddr.js";

/** Where events may be posted beside the public network. */
export interface DestinationRules {
  /** Addresses and ranges of the operator's own network: also over plain http, and on any port. */
  readonly networks: readonly string[];
  /** The ports of the public network. */
  readonly ports: readonly number[];
}

export const publicOnly: DestinationRules = { networks: [], ports: [443, 8_443] };

const urlLengthMax = 2_048;

/**
 * What is wrong with the URL of an endpoint, if anything, as far as it can be seen without asking anybody. Names are
 * resolved at every post, and what they lead to is looked at then.
 */
export function endpointUrlProblem(given: string, rules: DestinationRules): string | null {
  if (given.length > urlLengthMax) return `must have at most ${urlLengthMax} characters`;
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:"))
    return "must be an https address";
  if (url.username !== "" || url.password !== "") return "must not hold a user or password";
  if (url.hash !== "") return "must not end in a fragment";
  const address = literalAddress(url);
  if (address !== null) {
    return addressProblem(address, url, rules) === null ? null : refusedDetail(url, rules);
  }
  if (rules.networks.length > 0 || isPublicWay(url, rules)) return null;
  return refusedDetail(url, rules);
}

function refusedDetail(url: URL, { ports }: DestinationRules): string {
  const why =
    url.protocol === "http:" ? "must be https" : `must be a public address, on port ${ports.join(" or ")}`;
  return `${why}; what is inside the operator's own network must be named in COUNTERSIGN_WEBHOOK_NETWORKS`;
}

/** Whether scheme and port are those of the public network. */
function isPublicWay(url: URL, { ports }: DestinationRules): boolean {
  return url.protocol === "https:" && ports.includes(portOf(url));
}

/** The port that a URL leads to. */
export function portOf(url: URL): number {
  if (url.port !== "") return Number(url.port);
  return url.protocol === "https:" ? 443 : 80;
}

/** The address in the place of a name, in the form that the parser of URLs gave it; null for a name. */
export function literalAddress(url: URL): string | null {
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return ipaddr.isValid(host) && (host.includes(":") || ipaddr.IPv4.isValidFourPartDecimal(host))
    ? host
    : null;
}

/** Why nothing is posted to an address, if so: the name of the reason. */
export function addressProblem(address: string, url: URL, rules: DestinationRules): "address_refused" | null {
  if (!ipaddr.isValid(address)) return "address_refused";
  const parsed = ipaddr.process(address);
  if (rules.networks.some((range) => isWithin(parsed, range))) return null;
  if (!isPublicWay(url, rules)) return "address_refused";
  return isPublic(parsed) ? null : "address_refused";
}

function isWithin(address: ipaddr.IPv4 | ipaddr.IPv6, range: string): boolean {
  const [network, bits] = range.includes("/")
    ? ipaddr.parseCIDR(range)
    : ([ipaddr.process(range), address.kind() === "ipv4" ? 32 : 128] as const);
  return network.kind() === address.kind() && address.match(network, bits);
}

/** Whether an address, and every IPv4 address that is wrapped in it, is one of the public network (W-11). */
function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.kind() === "ipv4") return address.range() === "unicast";
  const wrapped = wrappedIn(address as ipaddr.IPv6);
  if (wrapped.length > 0) return wrapped.every((one) => one.range() === "unicast");
  // What is not given out yet is reached by nobody, or by something local.
  return address.range() === "unicast" && address.match(globalUnicast, 3);
}

const globalUnicast = ipaddr.IPv6.parse("2000::");

/** The IPv4 addresses that a translator or tunnel would reach for an IPv6 address. */
function wrappedIn(address: ipaddr.IPv6): ipaddr.IPv4[] {
  const bytes = address.toByteArray();
  const at = (first: number, mask = 0): ipaddr.IPv4 =>
    new ipaddr.IPv4(bytes.slice(first, first + 4).map((byte) => byte ^ mask));
  const startsWith = (prefix: string, bits: number): boolean =>
    address.match(ipaddr.IPv6.parse(prefix), bits);
  if (startsWith("::", 96) || startsWith("64:ff9b::", 96) || startsWith("::ffff:0:0:0", 96)) return [at(12)];
  if (startsWith("2002::", 16)) return [at(2)];
  // Teredo: the server, and the client with its bits turned.
  if (startsWith("2001::", 32)) return [at(4), at(12, 0xff)];
  return [];
}
