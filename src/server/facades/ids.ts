import { uuidPattern } from "../../clock/index.ts";
import { sharedBindingPrefix } from "../../engine/index.ts";

/**
 * What every verification of a facade is bound to. Its vendor knows numbers and ids alone, and the caller's server is the
 * one who goes on with what it started: so it can, and neither a page nor a caller of our own API (design 4).
 */
export const facadeBinding = {
  vonage: `${sharedBindingPrefix}vonage`,
  telnyx: `${sharedBindingPrefix}telnyx`,
} as const;

/** A UUID as 32 hexadecimal digits. */
export function toHex(id: string): string {
  return id.replaceAll("-", "");
}

/** The UUID of 32 hexadecimal digits in either case; null for everything else. */
export function fromHex(hex: string): string | null {
  if (!/^[0-9a-f]{32}$/i.test(hex)) return null;
  const low = hex.toLowerCase();
  const parts = [low.slice(0, 8), low.slice(8, 12), low.slice(12, 16), low.slice(16, 20), low.slice(20)];
  const id = parts.join("-");
  return uuidPattern.test(id) ? id : null;
}
