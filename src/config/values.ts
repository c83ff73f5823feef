import ipaddr from "ipaddr.js";
import { brandProblem } from "../delivery/words.ts";
import { regions } from "../numbers/regions.ts";
import { createKeyring, type Secret, SecretInvalid } from "../secrets/index.ts";
import { ownKeyLengthMin } from "../tenants/api-keys.ts";
import type { Parsed } from "./setting.ts";

// What the values of single settings have to be.

/** Both loopback addresses: `localhost` resolves to either, and browsers try both. */
export const loopbackAddresses: readonly string[] = ["127.0.0.1", "::1"];

export function parseHosts(given: readonly string[]): Parsed<readonly string[]> {
  const addresses = given.flatMap((one) =>
    one === "localhost" ? loopbackAddresses : [one.replace(/^\[|\]$/g, "")],
  );
  const wrong = addresses.find((one) => !isAddress(one));
  if (wrong !== undefined || addresses.length === 0) {
    return { problem: "allowed is localhost, or IP addresses with commas between them" };
  }
  return { value: [...new Set(addresses)] };
}

export function parseRanges(given: readonly string[]): Parsed<readonly string[]> {
  const wrong = given.find((one) => !isAddress(one) && !ipaddr.isValidCIDR(one));
  if (wrong === undefined) return { value: given };
  return { problem: `${wrong} is neither an IP address nor a CIDR range such as 10.0.0.0/8` };
}

export function parsePorts(given: readonly string[]): Parsed<readonly number[]> {
  const wrong = given.find((one) => !/^[1-9]\d{0,4}$/.test(one) || Number(one) > 65_535);
  if (wrong === undefined) return { value: given.map(Number) };
  return { problem: `${wrong} is no port: allowed are numbers from 1 to 65535` };
}

/** Four decimal parts or IPv6: ipaddr.js would also take 127.1 and 0x7f000001. */
function isAddress(given: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(given) || ipaddr.IPv6.isValid(given);
}

export function publicUrlProblem(given: string): string | null {
  const url = URL.canParse(given) ? new URL(given) : null;
  const isPlain = url?.pathname === "/" && url.search === "" && url.hash === "" && url.username === "";
  if (isPlain && (url?.protocol === "https:" || url?.protocol === "http:")) return null;
  return "allowed is an http or https address without path, query and fragment";
}

export function accountUrlProblem(given: string): string | null {
  const url = URL.canParse(given) ? new URL(given) : null;
  const isPlain = url?.search === "" && url.hash === "" && url.username === "";
  if (isPlain && (url?.protocol === "https:" || url?.protocol === "http:")) return null;
  return "allowed is an http or https address without query and fragment";
}

export function masterSecretProblem(given: Secret): string | null {
  try {
    createKeyring([given]);
    return null;
  } catch (cause) {
    if (cause instanceof SecretInvalid) return cause.message;
    throw cause;
  }
}

const examplePattern = /change.?me|example|default|secretsecret|password|your.?key/i;
const differentCharactersMin = 10;

export function apiKeyProblem(given: Secret): string | null {
  const key = given.reveal();
  if (key.length < ownKeyLengthMin) {
    return `it has ${key.length} characters, at least ${ownKeyLengthMin} are needed: make one with \`openssl rand -base64 32\``;
  }
  if (!/^[\x21-\x7e]{1,256}$/.test(key))
    return "allowed are at most 256 printable ASCII characters without spaces";
  if (examplePattern.test(key) || new Set(key).size < differentCharactersMin) {
    return "it looks like an example: make one with `openssl rand -base64 32`";
  }
  return null;
}

/** The engine holds every brand to this rule; the first one is refused here already, by the name of its setting. */
export function brandSettingProblem(given: string): string | null {
  const problem = brandProblem(given);
  return problem === null ? null : `it ${problem}`;
}

export function parseCountries(given: readonly string[]): Parsed<"all" | readonly string[] | null> {
  if (given.length === 1 && given[0] === "all") return { value: "all" };
  const upper = given.map((one) => one.toUpperCase());
  const wrong = upper.find((one) => !regions.has(one));
  if (wrong === undefined) return { value: upper };
  return { problem: `${wrong} is no region: allowed is all, or ISO 3166 regions such as DE,AT,CH` };
}
