import { timingSafeEqual } from "node:crypto";
import { type Keyring, keyedDigest, requireKey } from "../secrets/index.ts";

/** What the address for texts to a number of ours is made for, in place of a delivery. */
export const inboundReference = "inbound";

/** Addresses that nobody can make but us: whoever uses one was given it (D-3). */
export interface CallbackAddresses {
  /** Null where nobody outside reaches this server. */
  of(provider: string, reference: string): string | null;
  /** What the address was made for; null for one that is not ours. Former master secrets still prove theirs. */
  prove(provider: string, signed: string): string | null;
}

const macBytes = 12;
const uuidReference =
  /^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})\.([0-9]{1,3})$/;
const compactReference = /^([A-Za-z0-9_-]{22})\.([0-9]{1,3})$/;

export function createCallbackAddresses(keyring: Keyring, publicUrl: string | null): CallbackAddresses {
  const mac = (provider: string, short: string, id?: string): Buffer =>
    keyedDigest(requireKey(keyring, "callback", id), [provider, short]).subarray(0, macBytes);
  return {
    of(provider, reference) {
      if (publicUrl === null) return null;
      const short = compact(reference);
      const signature = mac(provider, short).toString("base64url");
      return `${publicUrl.replace(/\/$/, "")}/callbacks/${provider}/${short}.${signature}`;
    },
    prove(provider, signed) {
      const dot = signed.lastIndexOf(".");
      const short = signed.slice(0, Math.max(0, dot));
      const given = Buffer.from(signed.slice(dot + 1), "base64url");
      // Letters behind the last byte are no part of it: one address has one spelling.
      const isWhole = given.length === macBytes && given.toString("base64url") === signed.slice(dot + 1);
      if (dot < 1 || !isWhole) return null;
      const isOurs = keyring.knownIds.some((id) => timingSafeEqual(mac(provider, short, id), given));
      return isOurs ? expand(short) : null;
    },
  };
}

/** Some carriers take addresses of at most 100 characters. */
function compact(reference: string): string {
  const match = uuidReference.exec(reference);
  if (match === null) return reference;
  return `${Buffer.from(match.slice(1, 6).join(""), "hex").toString("base64url")}.${match[6]}`;
}

function expand(short: string): string {
  const match = compactReference.exec(short);
  if (match === null) return short;
  const hex = Buffer.from(match[1] ?? "", "base64url").toString("hex");
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return `${parts.join("-")}.${match[2]}`;
}
