import { createHmac, hash } from "node:crypto";
import type { TotpAlgorithm } from "../accounts/index.ts";
import type { Random } from "../clock/index.ts";
import { comparedWith, type Keyring } from "../secrets/index.ts";

export interface TotpSettings {
  readonly algorithm: TotpAlgorithm;
  readonly digits: 6 | 7 | 8;
  readonly periodSeconds: number;
}

export const totpDefaults: TotpSettings = { algorithm: "sha1", digits: 6, periodSeconds: 30 };

/** As long as the hash's output, which RFC 4226 R6 recommends (T-2). */
const seedBytes: Readonly<Record<TotpAlgorithm, number>> = { sha1: 20, sha256: 32, sha512: 64 };
const importedBytesMin = 14;
const importedBytesMax = 128;
/** One step to either side, for clocks that differ (T-3). */
const windowSteps = 1;

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

export function newSeed(random: Random, algorithm: TotpAlgorithm): Buffer {
  return Buffer.from(random.bytes(seedBytes[algorithm]));
}

/** RFC 4648 without padding, as authenticator apps read it. */
export function toBase32(bytes: Uint8Array): string {
  let [text, bits, value] = ["", 0, 0];
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += alphabet[(value >>> (bits - 5)) & 31];
    value &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + alphabet[(value << (5 - bits)) & 31];
}

/** Null for what is no seed, or one too short or too long to take over (T-2). */
export function fromBase32(text: string): Buffer | null {
  const clean = text.replaceAll(/[\s-]/g, "").replace(/=+$/, "").toUpperCase();
  let [bits, value] = [0, 0];
  const bytes: number[] = [];
  for (const character of clean) {
    const five = alphabet.indexOf(character);
    if (five < 0) return null;
    value = (value << 5) | five;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((value >>> bits) & 0xff);
    value &= (1 << bits) - 1;
  }
  return isSeed(bytes) ? Buffer.from(bytes) : null;
}

/** Whether it is neither too short nor too long to take over (T-2). */
export function isSeed({ length }: ArrayLike<number>): boolean {
  return length >= importedBytesMin && length <= importedBytesMax;
}

/** The code of a step. */
export function totpCode(seed: Uint8Array, settings: TotpSettings, step: number): string {
  return codesOf(seed, settings)(step);
}

const counterBytes = 8;
const blockBytes: Readonly<Record<TotpAlgorithm, number>> = { sha1: 64, sha256: 64, sha512: 128 };
const digestBytes: Readonly<Record<TotpAlgorithm, number>> = { sha1: 20, sha256: 32, sha512: 64 };

/** Codes by their steps: RFC 4226 over the number of the step, its section 5.3 line by line. */
function codesOf(seed: Uint8Array, { algorithm, digits }: TotpSettings): (step: number) => string {
  const macOf = macUnder(algorithm, seed);
  const counter = Buffer.alloc(counterBytes);
  return (step) => {
    counter.writeBigUInt64BE(BigInt(step));
    const digest = macOf(counter);
    const offset = (digest.at(-1) ?? 0) & 0xf;
    const truncated = digest.readUInt32BE(offset) & 0x7fff_ffff;
    return String(truncated % 10 ** digits).padStart(digits, "0");
  };
}

/**
 * HMAC (RFC 2104) of several counters under one seed, by one-shot hashes: `createHmac` takes over the bytes of a key anew
 * each time, which costs several times what it does with them.
 */
function macUnder(algorithm: TotpAlgorithm, seed: Uint8Array): (counter: Buffer) => Buffer {
  const block = blockBytes[algorithm];
  // A longer one would have to be hashed first: some are imported.
  if (seed.length > block) return (counter) => createHmac(algorithm, seed).update(counter).digest();
  const inner = Buffer.alloc(block + counterBytes, 0x36);
  const outer = Buffer.alloc(block + digestBytes[algorithm], 0x5c);
  for (const [index, byte] of seed.entries()) {
    inner[index] = byte ^ 0x36;
    outer[index] = byte ^ 0x5c;
  }
  return (counter) => {
    inner.set(counter, block);
    outer.write(hash(algorithm, inner, "binary"), block, "latin1");
    return Buffer.from(hash(algorithm, outer, "binary"), "latin1");
  };
}

export function stepAt({ periodSeconds }: TotpSettings, now: number): number {
  return Math.floor(now / 1_000 / periodSeconds);
}

/**
 * The latest step of the window whose code this is; null where it is none of them. Compares with all, so that time tells
 * nothing.
 */
export function matchingStep(
  keyring: Keyring,
  seed: Uint8Array,
  settings: TotpSettings,
  code: string,
  now: number,
): number | null {
  const middle = stepAt(settings, now);
  const codeOf = codesOf(seed, settings);
  const isGiven = comparedWith(keyring, code);
  let found: number | null = null;
  for (let step = Math.max(0, middle - windowSteps); step <= middle + windowSteps; step++) {
    if (isGiven(codeOf(step))) found = step;
  }
  return found;
}

/** What an authenticator app scans: label and issuer percent-encoded, the issuer in both places (T-8). */
export function totpUri(seed: Uint8Array, settings: TotpSettings, issuer: string, label: string): string {
  const { algorithm, digits, periodSeconds } = settings;
  // A colon would end the issuer within the label.
  const named = issuer.replaceAll(":", " ").trim();
  const path = `${encodeURIComponent(named)}:${encodeURIComponent(label)}`;
  // What is left out is what every app takes for granted; some refuse what they do not know, and the image is smaller.
  const query = [
    `secret=${toBase32(seed)}`,
    `issuer=${encodeURIComponent(named)}`,
    ...(algorithm === totpDefaults.algorithm ? [] : [`algorithm=${algorithm.toUpperCase()}`]),
    ...(digits === totpDefaults.digits ? [] : [`digits=${digits}`]),
    ...(periodSeconds === totpDefaults.periodSeconds ? [] : [`period=${periodSeconds}`]),
  ];
  return `otpauth://totp/${path}?${query.join("&")}`;
}
