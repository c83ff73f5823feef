import ipaddr from "ipaddr.js";
import type { ApiKey, Dialect } from "./records.ts";

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
