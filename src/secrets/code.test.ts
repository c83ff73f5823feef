import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type AlphabetName, alphabets } from "../verification/index.ts";
import { type CodeContext, codesEqual, createKeyring, deriveCode, Secret } from "./index.ts";

const master = "q7ZsM2vXw4Lr9TbKc1YdHf6GjNpAuEo3";
const keyring = createKeyring([new Secret(master)]);
const other = createKeyring([new Secret("another-M4st3r-of-the-same-length!")]);

const context: CodeContext = {
  keyId: keyring.currentId,
  purpose: "login",
  tenantId: "tenant-1",
  serviceId: "service-1",
  verificationId: "0199f000-0000-7000-8000-000000000001",
  generation: 1,
  subject: "user-1",
  payment: { amount: "EUR 1000", payee: "Shop" },
};

const code = (change: Partial<CodeContext> = {}, ring = keyring): string =>
  deriveCode(ring, { ...context, keyId: ring.currentId, ...change }, "decimal", 10);

describe("A-4, K-1: what a code is bound to", () => {
  const changes: readonly [string, Partial<CodeContext>][] = [
    ["the purpose", { purpose: "enrol" }],
    ["the tenant", { tenantId: "tenant-2" }],
    ["the service", { serviceId: "service-2" }],
    ["the verification", { verificationId: "0199f000-0000-7000-8000-000000000002" }],
    ["the generation", { generation: 2 }],
    ["the subject", { subject: "user-2" }],
    ["no subject", { subject: null }],
    ["an empty subject, which is not none", { subject: "" }],
    ["the amount", { payment: { amount: "EUR 1001", payee: "Shop" } }],
    ["the currency", { payment: { amount: "USD 1000", payee: "Shop" } }],
    ["the payee, by one character", { payment: { amount: "EUR 1000", payee: "Shops" } }],
    ["no payment", { payment: null }],
  ];

  test.each(changes)("another code for %s", (_, change) => {
    expect(code(change)).not.toBe(code());
  });

  test("all of them are codes of their own, and the same input gives the same code", () => {
    const codes = changes.map(([, change]) => code(change));
    expect(new Set([code(), ...codes]).size).toBe(changes.length + 1);
    expect(code()).toBe(code());
  });

  test("another master secret gives another code", () => {
    expect(code({}, other)).not.toBe(code());
  });

  test("no two lists of parts run together: a border moved by one character is another input", () => {
    const a = code({ tenantId: "ab", serviceId: "c" });
    expect(code({ tenantId: "a", serviceId: "bc" })).not.toBe(a);
    expect(code({ tenantId: "ab1:c", serviceId: "" })).not.toBe(a);
  });

  test("A-4: the channel is no part of it, so that sms and voice carry the same code", () => {
    // The type has no place for it; this test breaks when somebody adds one.
    const parts: Record<keyof CodeContext, true> = {
      keyId: true,
      purpose: true,
      tenantId: true,
      serviceId: true,
      verificationId: true,
      generation: true,
      subject: true,
      payment: true,
    };
    expect(Object.keys(parts).sort()).toEqual(Object.keys(context).sort());
  });

  test("a key id that the ring does not hold is a fault that names it, never a code", () => {
    expect(() => code({ keyId: "deadbeef" })).toThrow(/deadbeef is missing/);
  });
});

/** Pearson's statistic of observed counts that should all be equal. */
function chiSquare(counts: readonly number[], total: number): number {
  const expected = total / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/** The value that a chi-square of `degrees` passes with a probability of 0.001 (Wilson and Hilferty). */
function criticalValue(degrees: number): number {
  const z = 3.0902;
  const part = 2 / (9 * degrees);
  return degrees * (1 - part + z * Math.sqrt(part)) ** 3;
}

describe("A-2: codes are uniform", () => {
  test("1,000,000 codes: every digit at every position, and every pair of neighbours, with p > 0.001", () => {
    const draws = 1_000_000;
    const singles = Array.from({ length: 6 }, () => new Array<number>(10).fill(0));
    const pairs = Array.from({ length: 5 }, () => new Array<number>(100).fill(0));
    let leadingZeros = 0;
    for (let draw = 0; draw < draws; draw++) {
      const digits = deriveCode(keyring, { ...context, verificationId: `v${draw}` }, "decimal", 6);
      if (digits.length !== 6) throw new RangeError(`not six digits: ${digits}`);
      if (digits.startsWith("0")) leadingZeros += 1;
      for (let place = 0; place < 6; place++) {
        const digit = digits.charCodeAt(place) - 48;
        const single = singles[place] as number[];
        single[digit] = (single[digit] ?? 0) + 1;
        if (place === 5) continue;
        const pair = pairs[place] as number[];
        const index = digit * 10 + digits.charCodeAt(place + 1) - 48;
        pair[index] = (pair[index] ?? 0) + 1;
      }
    }
    for (const counts of singles) expect(chiSquare(counts, draws)).toBeLessThan(criticalValue(9));
    for (const counts of pairs) expect(chiSquare(counts, draws)).toBeLessThan(criticalValue(99));
    // C-10: a code that begins with a zero is as likely as any other.
    expect(leadingZeros / draws).toBeGreaterThan(0.09);
  }, 60_000);

  test.each(Object.keys(alphabets) as AlphabetName[])(
    "%s: every symbol is as likely as any other",
    (name) => {
      const symbols = alphabets[name];
      const counts = new Array<number>(symbols.length).fill(0);
      const draws = 10_000;
      for (let draw = 0; draw < draws; draw++) {
        for (const symbol of deriveCode(keyring, { ...context, verificationId: `${name}${draw}` }, name, 8)) {
          const index = symbols.indexOf(symbol);
          counts[index] = (counts[index] ?? 0) + 1;
        }
      }
      expect(chiSquare(counts, draws * 8)).toBeLessThan(criticalValue(symbols.length - 1));
    },
  );

  test("the statistic notices a modulo bias: bytes taken modulo ten without rejection fail", () => {
    const counts = new Array<number>(10).fill(0);
    const draws = 300_000;
    let drawn = 0;
    for (let block = 0; drawn < draws; block++) {
      for (const byte of createHmac("sha256", "key").update(String(block)).digest()) {
        counts[byte % 10] = (counts[byte % 10] ?? 0) + 1;
        drawn += 1;
      }
    }
    expect(chiSquare(counts, drawn)).toBeGreaterThan(criticalValue(9));
  });

  test.each([4, 6, 8, 10])("C-10: %d characters, leading zeros kept", (length) => {
    const codes = Array.from({ length: 400 }, (_, draw) =>
      deriveCode(keyring, { ...context, verificationId: `z${draw}` }, "decimal", length),
    );
    for (const one of codes) expect(one).toMatch(/^[0-9]+$/);
    for (const one of codes) expect(one).toHaveLength(length);
    expect(codes.some((one) => one.startsWith("0"))).toBe(true);
  });

  test("a code longer than one block of the hash goes on without repeating it", () => {
    const long = deriveCode(keyring, context, "letters", 64);
    expect(long).toHaveLength(64);
    expect(long.slice(32)).not.toBe(long.slice(0, 32));
  });
});

describe("C-19, M-12: the comparison", () => {
  test.each([
    ["123456", "123456", true],
    ["000123", "000123", true],
    ["000123", "123", false],
    ["123456", "123457", false],
    ["123456", "", false],
    ["", "", true],
    ["123456", "1234567", false],
    ["ABC", "abc", false],
  ])("%j and %j: %s", (a, b, equal) => {
    expect(codesEqual(keyring, a, b)).toBe(equal);
  });
});
