import type { Random } from "../clock/index.ts";
import { type Keyring, keyedDigest, requireKey } from "../secrets/index.ts";

export const recoveryCodesCount = 10;
/** 13 symbols of five bits: 65 bits each, which also makes them "saved recovery codes" (L-1, 63B-4 4.2.1.1). */
const symbols = 13;
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

export function newRecoveryCode(random: Random): string {
  // 32 symbols divide 256: each byte is uniform over them.
  const code = [...random.bytes(symbols)].map((byte) => alphabet[byte & 31]).join("");
  return `${code.slice(0, 4)}-${code.slice(4, 8)}-${code.slice(8)}`;
}

/** As it is compared: whatever the case, dashes and spaces, and Crockford's three confusions (L-4). Null for no code. */
export function parseRecoveryCode(given: string): string | null {
  if (given.length > 64) return null;
  const text = given.toUpperCase().replaceAll(/[\s-]/g, "").replaceAll("O", "0").replaceAll(/[IL]/g, "1");
  return text.length === symbols && [...text].every((one) => alphabet.includes(one)) ? text : null;
}

/** Characters of the look-up value: 20 bits, so that whoever steals it still has 2^45 slow hashes to make. */
const lookUpLength = 5;

/** Which slow hash to compare with (L-2). A wrong code meets one of ten by chance once in 100,000 times. */
export function recoveryLookUp(keyring: Keyring, subscriberId: string, code: string): string {
  // Under the oldest secret: what was enrolled is found after a rotation.
  const key = requireKey(keyring, "recoveryCode", keyring.indexId);
  return keyedDigest(key, [subscriberId, code]).toString("hex").slice(0, lookUpLength);
}
