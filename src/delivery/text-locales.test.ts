import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { alphabets } from "../verification/index.ts";
import { countSegments, renderText } from "./index.ts";
import { type LanguageTexts, languages, wordsIn } from "./locales/index.ts";
import { autofillEnd, hostLengthMax, retrieverBytes } from "./text-autofill.ts";
import { placeholdersOf } from "./text-template.ts";

/** The locales of Vonage's `lg` (Verify v1), and those of its payments. */
const vonage =
  "ar-xa cs-cz cy-cy cy-gb da-dk de-de el-gr en-au en-gb en-in en-us es-es es-mx es-us fi-fi fil-ph fr-ca fr-fr hi-in hu-hu id-id is-is it-it ja-jp ko-kr nb-no nl-nl pl-pl pt-br pt-pt ro-ro ru-ru sv-se th-th tr-tr vi-vn yue-cn zh-cn zh-tw".split(
    " ",
  );
const vonagePayments =
  "en-gb bg-bg cs-cz da-dk de-de ee-et el-gr es-es fi-fi fr-fr ga-ie hu-hu it-it lv-lv lt-lt mt-mt nl-nl pl-pl sk-sk sl-si sv-se".split(
    " ",
  );

const locales = languages.flatMap((one) => one.locales.map((locale) => [locale, one] as const));

/** Codes of every alphabet and of callers' own. */
const codes = fc.oneof(
  ...Object.values(alphabets).map((alphabet) =>
    fc.string({ unit: fc.constantFrom(...alphabet), minLength: 4, maxLength: 10 }),
  ),
  fc.string({
    unit: fc.constantFrom(..."ABCXYZabcxyz0189"),
    minLength: 4,
    maxLength: 10,
  }),
);
const letters = [..."AZaz09 &'._!+-", ..."éßŁçжΩ漢字코ぁअอآةשא’–"];
/** Any brand that may be given, of up to 11 characters: those of O-6. */
const brands = fc
  .string({ unit: fc.constantFrom(...letters), minLength: 0, maxLength: 10 })
  .map((rest) => `A${rest}`);
const minutes = fc.integer({ min: 1, max: 10 });
const hosts = fc
  .integer({ min: 5, max: hostLengthMax })
  .map((length) =>
    `${"a".repeat(Math.min(length - 2, 40))}${".a".repeat(10)}`.slice(0, length - 1).concat("a"),
  );
const runs = { numRuns: 60 };

const visible = (text: string): string => text.replaceAll(/[\u2066-\u2069]/g, "");

test("every locale of Vonage's list has words in its language, its regions included", () => {
  expect(vonage).toHaveLength(39);
  const listed = new Set(locales.map(([locale]) => locale.toLowerCase()));
  expect(vonage.filter((one) => !listed.has(one))).toEqual([]);
  for (const one of vonagePayments) expect(wordsIn(one), one).toBeDefined();
  expect(wordsIn("ee-et")?.language).toBe("et");
});

describe.each(locales)("%s", (locale, texts) => {
  const base = { channel: "sms", payment: null, locale } as const;

  test("has the placeholders it must have, and no other", () => {
    for (const words of [texts, ...(texts.regions ?? [])]) {
      if (words.sms !== undefined) expect(placeholdersOf(words.sms).toSorted()).toEqual(["brand", "code"]);
      if (words.paymentSms !== undefined)
        expect(placeholdersOf(words.paymentSms).toSorted()).toEqual(["amount", "brand", "code", "payee"]);
      if (words.voice !== undefined) expect(placeholdersOf(words.voice)).toEqual(["brand", "code", "code"]);
      if (words.paymentVoice !== undefined)
        expect(placeholdersOf(words.paymentVoice).toSorted()).toEqual([
          "amount",
          "brand",
          "code",
          "code",
          "payee",
        ]);
      expect(placeholdersOf(words.doNotShare ?? "")).toEqual([]);
      expect(words.sms?.startsWith("{code}") ?? true).toBe(true);
      expect(words.paymentSms?.startsWith("{code}") ?? true).toBe(true);
    }
  });

  test("says every number of minutes in the form that the language has for it", () => {
    const rules = new Intl.PluralRules(texts.language);
    for (let count = 1; count <= 10; count += 1) {
      const { text } = renderText({ ...base, code: "000000", brand: "A", minutes: count });
      const form = texts.expires[rules.select(count)] ?? texts.expires.other;
      // "One minute" may be a word instead of a digit, where the form serves one number only.
      const serves = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].filter(
        (one) => rules.select(one) === rules.select(count),
      );
      if (serves.length > 1 || placeholdersOf(form).length > 0) expect(text).toContain(String(count));
      else expect(placeholdersOf(form)).toEqual([]);
    }
    const used = new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((count) => rules.select(count)));
    for (const form of Object.keys(texts.expires)) {
      expect(used.has(form as Intl.LDMLPluralRule) || form === "other", form).toBe(true);
    }
  });

  test("A-11: starts with the code, names the brand and is one line without a link", () => {
    fc.assert(
      fc.property(codes, brands, minutes, (code, brand, left) => {
        const { text } = renderText({ ...base, code, brand, minutes: left });
        expect(visible(text).startsWith(code)).toBe(true);
        expect(visible(text)).toContain(brand);
        expect(text).not.toMatch(/\n|:\/\/|www\./);
      }),
      runs,
    );
  });

  test("O-6: one segment for brands of up to 11 characters, two at most with a bound last line", () => {
    fc.assert(
      fc.property(codes, brands, minutes, hosts, (code, brand, left, host) => {
        const input = { ...base, code, brand, minutes: left };
        expect(renderText(input).segments.count).toBe(1);
        const bound = renderText({ ...input, autofill: { platform: "web", host } });
        expect(bound.segments).toEqual(countSegments(bound.text));
        expect(bound.segments.count).toBeLessThanOrEqual(2);
        expect(bound.text.endsWith(autofillEnd({ platform: "web", host }, code))).toBe(true);
      }),
      runs,
    );
  });

  test("O-4: at most 140 bytes for Android, hash at the end", () => {
    fc.assert(
      fc.property(codes, brands, minutes, (code, brand, left) => {
        const autofill = { platform: "android", appHash: "FA+9qCX9VSu" } as const;
        const { text } = renderText({ ...base, code, brand, minutes: left, autofill });
        expect(retrieverBytes(text)).toBeLessThanOrEqual(140);
        expect(text.endsWith("\nFA+9qCX9VSu")).toBe(true);
        expect(visible(text).startsWith(code)).toBe(true);
      }),
      runs,
    );
  });

  test(`O-5: takes ${texts.encoding} with a plain brand, all sentences in one segment`, () => {
    const { text, segments } = renderText({ ...base, code: "000000", brand: "Acme", minutes: 5 });
    expect(segments.encoding).toBe(texts.encoding);
    const words = wordsIn(locale);
    expect(text).toContain(words?.doNotShare);
  });

  test("A-12: a call says every character of the code, twice, and no mark that only eyes can use", () => {
    fc.assert(
      fc.property(codes, brands, (code, brand) => {
        const { text } = renderText({ ...base, channel: "voice", code, brand, minutes: 5 });
        const spoken = [...code].join(separatorOf(texts));
        expect(text.split(spoken)).toHaveLength(3);
        expect(text).not.toMatch(/[\u2066-\u2069{}]/);
        expect(text).toContain(brand);
      }),
      runs,
    );
  });

  test("S-1: a payment shows amount and payee as given, in writing and in a call", () => {
    const payment = { amount: "EUR 123456", payee: "Café №1 שלום" };
    const input = { ...base, code: "000123", brand: "Acme", minutes: 5, payment };
    const { text, segments } = renderText(input);
    expect(visible(text)).toContain(payment.payee);
    expect(visible(text).startsWith("000123")).toBe(true);
    expect(text).toMatch(/1[., ']?234[.,]56/);
    expect(text).toContain("EUR");
    expect(segments.count).toBeLessThanOrEqual(2);
    const call = renderText({ ...input, channel: "voice" }).text;
    expect(call).toContain(payment.payee);
    expect(call).toMatch(/1[., ']?234[.,]56/);
  });

  if (texts.encoding === "gsm7") {
    test("S-1: a payment in plain letters keeps the short alphabet", () => {
      const payment = { amount: "PLN 123456", payee: "Shop" };
      const { segments } = renderText({ ...base, code: "000123", brand: "Acme", minutes: 5, payment });
      expect(segments.encoding).toBe("gsm7");
    });
  }
});

function separatorOf(texts: LanguageTexts): string {
  return texts.digitSeparator ?? ", ";
}

describe("right to left: the code is isolated, never reversed", () => {
  const arabic = { channel: "sms", locale: "ar", payment: null, minutes: 5, brand: "Yahoo!" } as const;
  test("the code stands between marks, in the order in which it is typed", () => {
    const { text } = renderText({ ...arabic, code: "AB12CD" });
    expect(text).toBe(
      "\u2066AB12CD\u2069 هو رمز \u2068Yahoo!\u2069 الخاص بك. ينتهي خلال 5 دقائق. لا تشاركه.",
    );
  });

  test("every mark that opens is closed on the same line, and the bound line has none", () => {
    const payment = { amount: "EUR 1050", payee: "Café" };
    const autofill = { platform: "web", host: "acme.example" } as const;
    const { text } = renderText({ ...arabic, code: "000123", payment, autofill });
    const [first = "", last = ""] = text.split("\n");
    expect(first.match(/[\u2066-\u2068]/g)).toHaveLength(first.match(/\u2069/g)?.length ?? 0);
    expect(last).toBe("@acme.example #000123");
  });

  test("a name in Arabic or Hebrew letters is isolated in every other language", () => {
    const { text } = renderText({ ...arabic, locale: "en", brand: "أكمي", code: "000123" });
    expect(text).toContain("your \u2068أكمي\u2069 code");
  });
});
