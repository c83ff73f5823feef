import fc from "fast-check";
import { generateSync } from "otplib";
import { describe, expect, test } from "vitest";
import { createKeyring, Secret } from "../secrets/index.ts";
import { seededRandom } from "../testing/index.ts";
import {
  fromBase32,
  matchingStep,
  newSeed,
  stepAt,
  toBase32,
  totpCode,
  totpDefaults,
  totpUri,
} from "./index.ts";

const keyring = createKeyring([new Secret("q7ZsM2vXw4Lr9TbKc1YdHf6GjNpAuEo3")]);
const digits = "1234567890";
const seeds = {
  sha1: Buffer.from(digits.repeat(2)),
  sha256: Buffer.from(digits.repeat(4).slice(0, 32)),
  sha512: Buffer.from(digits.repeat(7).slice(0, 64)),
};

describe("T-1: the vectors of the standards", () => {
  test("RFC 4226, appendix D", () => {
    const codes = Array.from({ length: 10 }, (_, n) => totpCode(seeds.sha1, totpDefaults, n));
    expect(codes).toEqual("755224 287082 359152 969429 338314 254676 287922 162583 399871 520489".split(" "));
  });

  test.each([
    [59, "94287082", "46119246", "90693936"],
    [1111111109, "07081804", "68084774", "25091201"],
    [1111111111, "14050471", "67062674", "99943326"],
    [1234567890, "89005924", "91819424", "93441116"],
    [2000000000, "69279037", "90698825", "38618901"],
    [20000000000, "65353130", "77737706", "47863826"],
  ])("RFC 6238, appendix B: %d s", (seconds, sha1, sha256, sha512) => {
    const codes = (["sha1", "sha256", "sha512"] as const).map((algorithm) => {
      const settings = { algorithm, digits: 8, periodSeconds: 30 } as const;
      return totpCode(seeds[algorithm], settings, stepAt(settings, seconds * 1_000));
    });
    expect(codes).toEqual([sha1, sha256, sha512]);
  });
});

test("T-1: codes are those of otplib, whatever the seed, the step, the hash and the length", () => {
  const settings = fc.record({
    algorithm: fc.constantFrom("sha1" as const, "sha256" as const, "sha512" as const),
    digits: fc.constantFrom(6 as const, 7 as const, 8 as const),
  });
  // Longer than the blocks of their hashes, too: those are hashed first.
  const seed = fc.uint8Array({ minLength: 16, maxLength: 160 });
  fc.assert(
    fc.property(seed, settings, fc.maxSafeNat(), (secret, { algorithm, digits: length }, counter) => {
      const theirs = generateSync({ strategy: "hotp", secret, counter, algorithm, digits: length });
      expect(totpCode(secret, { algorithm, digits: length, periodSeconds: 30 }, counter)).toBe(theirs);
    }),
  );
});

describe("the window", () => {
  test("T-3: a code works one step to either side, to the millisecond, and no further", () => {
    const step = 59_000_000;
    const code = totpCode(seeds.sha1, totpDefaults, step);
    const at = (ms: number): number | null =>
      matchingStep(keyring, seeds.sha1, totpDefaults, code, step * 30_000 + ms);
    expect([at(-30_001), at(-30_000), at(0), at(29_999), at(59_999), at(60_000)]).toEqual([
      null,
      step,
      step,
      step,
      step,
      null,
    ]);
  });

  test("what is no code is none of the window's", () => {
    for (const given of ["", "000", "07550 ", "x".repeat(1_000)]) {
      expect(matchingStep(keyring, seeds.sha1, totpDefaults, given, 30_000)).toBe(null);
    }
  });
});

describe("seeds", () => {
  test("T-2: are as long as their hash, and come back from base32 as they were, without padding", () => {
    const random = seededRandom(1);
    const lengths = (["sha1", "sha256", "sha512"] as const).map((one) => newSeed(random, one).length);
    expect(lengths).toEqual([20, 32, 64]);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 14, maxLength: 128 }), (bytes) => {
        const text = toBase32(bytes);
        expect(text).toMatch(/^[A-Z2-7]+$/);
        expect(fromBase32(text)).toEqual(Buffer.from(bytes));
        expect(fromBase32(text.toLowerCase().replace(/.{4}/g, "$& "))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  test("T-2: less than 112 bits, or what is not base32, is not taken over", () => {
    expect(fromBase32(toBase32(Buffer.alloc(13)))).toBe(null);
    expect(fromBase32(toBase32(Buffer.alloc(14)))).not.toBe(null);
    expect(fromBase32("not base32!")).toBe(null);
  });

  test("T-8: the address of an app says the same back, whatever brand and label are made of", () => {
    const text = fc
      .array(fc.constantFrom(..."aZ09:/?&#% .+@é語مرحبا".split("")), { minLength: 1, maxLength: 20 })
      .map((parts) => parts.join("").trim())
      .filter((one) => one.replaceAll(":", "").trim() !== "");
    fc.assert(
      fc.property(text, text, (issuer, label) => {
        const uri = new URL(totpUri(seeds.sha1, totpDefaults, issuer, label));
        const said = issuer.replaceAll(":", " ").trim();
        const path = decodeURIComponent(uri.pathname.replace(/^\/+/, ""));
        expect(uri.searchParams.get("issuer")).toBe(said);
        expect(path).toBe(`${said}:${label}`);
        expect(uri.searchParams.get("secret")).toBe(toBase32(seeds.sha1));
      }),
    );
  });
});
