import ipaddr from "ipaddr.js";
import type { ApiKey, Dialect, Scope } from "./records.ts";

/** The key no longer opens anything. Asking twice keeps the first instant. */
export function revokeKey(apiKey: ApiKey, now: number): ApiKey {
  return apiKey.revokedAt === null ? { ...apiKey, revokedAt: now } : apiKey;
}

/** One vendor's secret stops working; the key and the other dialects go on (W-1). */
export function revokeDialect(apiKey: ApiKey, dialect: Dialect, now: number): ApiKey | null {
  const record = apiKey.dialects[dialect];
  if (record === undefined) return null;
  if (record.revokedAt !== null) return apiKey;
  return { ...apiKey, dialects: { ...apiKey.dialects, [dialect]: { ...record, revokedAt: now } } };
}

/** The old key of a rotation works on for the overlap, and never longer than it would have. */
export function retireKey(apiKey: ApiKey, overlapMs: number, now: number): ApiKey {
  if (overlapMs === 0) return revokeKey(apiKey, now);
  const until = now + overlapMs;
  return { ...apiKey, expiresAt: apiKey.expiresAt === null ? until : Math.min(until, apiKey.expiresAt) };
}

/** Whether the key may still be used at `now`. */
export function isUsable(apiKey: ApiKey, now: number): boolean {
  return apiKey.revokedAt === null && (apiKey.expiresAt === null || now < apiKey.expiresAt);
}

/** What is wrong with a range of addresses, if anything. A bit set behind the prefix is a slip, not a network. */
export function addressRangeProblem(range: string): string | null {
  if (!range.includes("/") || !ipaddr.isValidCIDR(range)) {
    return "must be a range in CIDR form such as 192.0.2.0/24 or 2001:db8::/32";
  }
  const [address, bits] = ipaddr.parseCIDR(range);
  // `192.2` and `010.0.0.0` (which is 8.0.0.0) are addresses to the C library and traps to people.
  if (address.kind() === "ipv4" && !/^(0|[1-9]\d*)(\.(0|[1-9]\d*)){3}\/\d+$/.test(range)) {
    return "must be written with four decimal numbers";
  }
  const network =
    address.kind() === "ipv4"
      ? ipaddr.IPv4.networkAddressFromCIDR(range)
      : ipaddr.IPv6.networkAddressFromCIDR(range);
  if (network.toString() !== address.toString()) return `must begin at its first address, ${network}/${bits}`;
  return null;
}

/** What a key may do, from where, and until when. */
export type Rights = Pick<ApiKey, "scopes" | "allowedAddresses" | "expiresAt">;

/** A right that its maker lacks: the scope, or the field that asks for more; and what to do about it. */
export interface FurtherRight {
  readonly detail: string;
  readonly scope?: Scope;
  readonly field?: "allowedAddresses" | "expiresAt";
}

/**
 * The first right of a new key that goes beyond its maker's, if any (W-1). Otherwise whoever gets hold of a key that
 * was given for an hour could make itself one for ever.
 */
export function furtherRight(maker: Rights, asked: Rights): FurtherRight | null {
  const scope = asked.scopes.find((one) => !maker.scopes.includes(one));
  if (scope !== undefined) {
    return {
      detail: "A key cannot grant a scope that it does not hold: call with a key that holds it.",
      scope,
    };
  }
  if (maker.expiresAt !== null && (asked.expiresAt === null || asked.expiresAt > maker.expiresAt)) {
    const end = new Date(maker.expiresAt).toISOString();
    const detail = `This API key ends at ${end}, and what it makes cannot last longer: give \`expiresAt\` up to then, or call with a key that lasts longer.`;
    return { detail, field: "expiresAt" };
  }
  const ranges = maker.allowedAddresses;
  if (ranges.length === 0) return null;
  const stays = asked.allowedAddresses.every((range) => ranges.some((outer) => contains(outer, range)));
  if (stays && asked.allowedAddresses.length > 0) return null;
  const detail = `This API key may be used from ${ranges.join(", ")} only, and so may what it makes: give \`allowedAddresses\` within these, or call with a key for all addresses.`;
  return { detail, field: "allowedAddresses" };
}

/** Whether every address of the inner range is one of the outer. */
function contains(outer: string, inner: string): boolean {
  const [network, bits] = ipaddr.parseCIDR(outer);
  const [first, innerBits] = ipaddr.parseCIDR(inner);
  return network.kind() === first.kind() && innerBits >= bits && first.match(network, bits);
}
