import { timingSafeEqual } from "node:crypto";
import { type AlphabetName, alphabets, type Payment } from "../verification/index.ts";
import { hmacSha256 } from "./hmac.ts";
import { type Keyring, keyedDigest, requireKey } from "./keyring.ts";

/** Everything a code is bound to. The channel is not among it: sms and voice can carry the same code. */
export interface CodeContext {
  readonly keyId: string;
  readonly purpose: string;
  readonly tenantId: string;
  readonly serviceId: string;
  readonly verificationId: string;
  readonly generation: number;
  readonly subject: string | null;
  readonly payment: Payment | null;
}

const derivationVersion = "1";

/**
 * Derives the code of one generation: digits(HMAC-SHA-256(key, context)), every part length-prefixed, uniform over
 * the alphabet by rejection sampling (A-2, K-1). It is never stored: whoever has the database alone has no code.
 */
export function deriveCode(
  keyring: Keyring,
  context: CodeContext,
  alphabet: AlphabetName,
  length: number,
): string {
  const key = requireKey(keyring, "code", context.keyId);
  const parts = [
    derivationVersion,
    context.purpose,
    context.tenantId,
    context.serviceId,
    context.verificationId,
    String(context.generation),
    context.subject === null ? "" : `=${context.subject}`,
    context.payment === null ? "" : `=${context.payment.amount}`,
    context.payment === null ? "" : `=${context.payment.payee}`,
  ];
  const symbols = alphabets[alphabet];
  // Bytes at or above the largest multiple of the alphabet's size would favour its first symbols.
  const usableBelow = 256 - (256 % symbols.length);
  let code = "";
  for (let block = 0; ; block++) {
    for (const byte of keyedDigest(key, [...parts, String(block)])) {
      if (byte >= usableBelow) continue;
      code += symbols[byte % symbols.length];
      if (code.length === length) return code;
    }
  }
}

/** Compares in constant time over a fixed length: both sides go through the same HMAC first (K-1, C-19). */
export function codesEqual(keyring: Keyring, expected: string, submitted: string): boolean {
  return comparedWith(keyring, submitted)(expected);
}

/** The same of one that was submitted, with several. */
export function comparedWith(keyring: Keyring, submitted: string): (expected: string) => boolean {
  const key = requireKey(keyring, "compare");
  const given = hmacSha256(key, submitted);
  return (expected) => timingSafeEqual(hmacSha256(key, expected), given);
}
