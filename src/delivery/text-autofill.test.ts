import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { appHashProblem, hostProblem, renderText } from "./index.ts";
import { autofillEnd, hostLengthMax, retrieverBytes } from "./text-autofill.ts";

interface Bound {
  readonly host: string;
  readonly code: string;
  readonly embedded: string | null;
}

/** The parser of the specification "Origin-bound one-time codes", 3.2, step by step: the oracle. */
function parseBound(message: string): Bound | null {
  const line = message.split("\n").at(-1) ?? "";
  const match = /^@([^\s@#/:]+) #([^\s]+)(?: @([^\s@#/:]+))?$/.exec(line);
  if (match === null) return null;
  const [, host = "", code = "", embedded = null] = match;
  return { host, code, embedded };
}

describe("O-1: the bound last line", () => {
  test.each([
    ["a word before the host", "747723 is your code.\nDo @example.com #747723"],
    ["a line after it", "@example.com #747723\nis your code"],
    ["no host", "747723 is your code.\n #747723"],
  ])("the oracle refuses %s", (_, message) => {
    expect(parseBound(message)).toBeNull();
  });

  test("what is rendered is read by the specification's parser, whatever code and host", () => {
    const code = fc.string({
      unit: fc.constantFrom(..."ABCXYZabcxyz0123456789"),
      minLength: 4,
      maxLength: 10,
    });
    const host = fc.domain().filter((one) => hostProblem(one) === null);
    fc.assert(
      fc.property(code, host, fc.constantFrom("en", "ar", "hi", "zh-TW"), (given, domain, locale) => {
        const input = { channel: "sms", brand: "Acme", payment: null, minutes: 5, locale } as const;
        const { text } = renderText({ ...input, code: given, autofill: { platform: "web", host: domain } });
        expect(parseBound(text)).toEqual({ host: domain, code: given, embedded: null });
        expect(text).not.toContain("\r");
      }),
    );
  });

  test("exactly one space between host and code, and nothing before the @", () => {
    expect(autofillEnd({ platform: "web", host: "shop.example" }, "000123")).toBe("\n@shop.example #000123");
  });
});

describe("O-2: hosts", () => {
  test.each(["example.com", "shop.example", "a.b-c.example", "xn--mnchen-3ya.de", "1.example"])(
    "%s is one",
    (host) => {
      expect(hostProblem(host)).toBeNull();
    },
  );

  test.each([
    ["a scheme", "https://example.com"],
    ["a port", "example.com:443"],
    ["a path", "example.com/x"],
    ["user information", "me@example.com"],
    ["an IPv4 address", "192.0.2.1"],
    ["an IPv4 address in another notation", "0x7f.1"],
    ["an IPv6 address", "[2001:db8::1]"],
    ["one label", "localhost"],
    ["upper case", "Example.com"],
    ["a Unicode label", "münchen.de"],
    ["a broken A-label", "xn--.example"],
    ["a trailing dot", "example.com."],
    ["an empty label", "a..example"],
    ["an underscore", "a_b.example"],
    ["a space", "exam ple.com"],
    ["a line feed", "example.com\n"],
    ["a wildcard", "*.example.com"],
    ["nothing", ""],
    ["more than fits", `${"a".repeat(hostLengthMax)}.example`],
  ])("%s is none", (_, host) => {
    expect(hostProblem(host)).not.toBeNull();
  });

  test("the A-label of a Unicode name is told", () => {
    expect(hostProblem("münchen.de")).toContain("xn--mnchen-3ya.de");
  });
});

describe("O-4: Android's SMS Retriever", () => {
  const android = {
    channel: "sms",
    code: "123456",
    brand: "Acme",
    payment: null,
    minutes: 5,
    autofill: { platform: "android", appHash: "FA+9qCX9VSu" },
  } as const;

  test("golden texts", () => {
    expect(renderText({ ...android, locale: "en" }).text).toBe(
      "123456 is your Acme code. It expires in 5 minutes. Do not share it.\nFA+9qCX9VSu",
    );
    expect(renderText({ ...android, locale: "ru" }).text).toBe(
      "123456 — ваш код Acme. Действует 5 минут.\nFA+9qCX9VSu",
    );
  });

  test("bytes are counted the longer way: in UTF-8 or on the air", () => {
    expect(retrieverBytes("a".repeat(140))).toBe(140);
    expect(retrieverBytes("é".repeat(70))).toBe(140);
    expect(retrieverBytes(`я${"a".repeat(69)}`)).toBe(140);
    expect(retrieverBytes("漢".repeat(46))).toBe(138);
  });

  test.each(["FA+9qCX9VSu", "abcdefghijk", "0123456789/"])("%s is a hash", (hash) => {
    expect(appHashProblem(hash)).toBeNull();
  });
  test.each(["FA+9qCX9VS", "FA+9qCX9VSu=", "FA-9qCX9VSu", "FA+9qCX9VS\n", "FA 9qCX9VSu", ""])(
    "%j is none",
    (hash) => {
      expect(appHashProblem(hash)).not.toBeNull();
    },
  );
});
