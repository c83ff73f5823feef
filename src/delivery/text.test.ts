import { describe, expect, test } from "vitest";
import { countSegments, renderText } from "./index.ts";

const plain = {
  channel: "sms",
  code: "000123",
  brand: "Acme",
  payment: null,
  minutes: 5,
  locale: "en",
} as const;
const payment = { amount: "EUR 1050", payee: "Café Zoë" };
const words = (input: Parameters<typeof renderText>[0]) => renderText(input).text;

describe("A-11, A-12, S-1: the words of a delivery", () => {
  test("A-11: sms", () => {
    expect(words(plain)).toBe("000123 is your Acme code. It expires in 5 minutes. Do not share it.");
  });

  test("A-11: sms, in its last minute", () => {
    expect(words({ ...plain, minutes: 1 })).toBe(
      "000123 is your Acme code. It expires in 1 minute. Do not share it.",
    );
  });

  test("A-11: email says the same, and nothing for browsers and apps", () => {
    expect(words({ ...plain, channel: "email" })).toBe(words(plain));
    const autofill = { platform: "web", host: "acme.example" } as const;
    expect(words({ ...plain, channel: "email", autofill })).toBe(words(plain));
  });

  test("A-12: voice says the code twice, digit by digit", () => {
    expect(words({ ...plain, channel: "voice" })).toBe(
      "Hello. Your Acme code is: 0, 0, 0, 1, 2, 3. Again: 0, 0, 0, 1, 2, 3. Goodbye.",
    );
  });

  test("S-1: a payment names amount and payee, in writing and in a call", () => {
    expect(words({ ...plain, payment })).toBe("000123 is your Acme code to pay EUR 10.50 to Café Zoë.");
    expect(words({ ...plain, payment: { ...payment, payee: "Café Zoé" } })).toBe(
      "000123 is your Acme code to pay EUR 10.50 to Café Zoé. It expires in 5 minutes. Do not share it.",
    );
    expect(words({ ...plain, payment, channel: "voice" })).toBe(
      "Hello. Your Acme code to pay 10.50 euros to Café Zoë is: 0, 0, 0, 1, 2, 3. Again: 0, 0, 0, 1, 2, 3. Goodbye.",
    );
  });

  test("A-11, O-6: what would cost a further segment is left out, the last sentence first", () => {
    const shared = (text: string): boolean => text.includes("share");
    const short = words({ ...plain, brand: "Łódź Fabryczna" });
    expect([countSegments(short).count, short.includes("expires"), shared(short)]).toEqual([1, true, false]);
    const { text, segments } = renderText({
      ...plain,
      brand: "M".repeat(20),
      code: "0".repeat(10),
      minutes: 10,
    });
    expect([segments.count, shared(text)]).toEqual([1, true]);
  });

  test("what a brand or payee contains is never read as a placeholder (C-27)", () => {
    const odd = { amount: "EUR 1050", payee: "{code} {brand} $& {{x}}" };
    expect(words({ ...plain, payment: odd })).toContain("to {code} {brand} $& {{x}}.");
  });
});

describe("which words: the service's and ours, exact, then language, then English", () => {
  const templates = {
    en: { sms: "{code} {brand} own English" },
    de: { sms: "{code} {brand} eigenes Deutsch" },
    "de-CH": { sms: "{code} {brand} Schweiz" },
    uk: { sms: "{code} {brand} українською" },
  };
  test.each([
    ["de-CH", "000123 Acme Schweiz", "de-CH"],
    ["de-AT", "000123 Acme eigenes Deutsch", "de-AT"],
    ["en-GB", "000123 Acme own English", "en-GB"],
    ["uk-UA", "000123 Acme українською", "uk-UA"],
    ["sw-KE", "000123 Acme own English", "en"],
    ["fr", "000123 est votre code Acme. Il expire dans 5 minutes. Ne le communiquez pas.", "fr"],
  ])("%s gets %s", (locale, text, of) => {
    expect(renderText({ ...plain, locale, templates })).toMatchObject({ text, locale: of });
  });

  test("a template is for its kind only: a call in that language has our words", () => {
    expect(words({ ...plain, channel: "voice", locale: "de", templates })).toContain("Guten Tag.");
  });

  test("a payment never loses its amount and payee to a template that does not know them (S-1)", () => {
    expect(words({ ...plain, payment, locale: "de", templates })).toContain("10,50 EUR an Café Zoë");
  });

  test("a template that a long brand does not fit gives way to our words", () => {
    const long = { de: { sms: `{code} {brand} ${"ж".repeat(115)}` } };
    expect(words({ ...plain, locale: "de", templates: long })).toContain("ж");
    expect(words({ ...plain, brand: "M".repeat(20), locale: "de", templates: long })).toMatch(
      /^000123 ist Ihr Code für M{20}\./,
    );
  });
});

describe("O-7: transliteration as an option", () => {
  const typographic = { ...plain, templates: { en: { sms: "{code} – your “{brand}” code…" } } };
  test("typographic characters make way where the message gets its short alphabet back", () => {
    expect(renderText(typographic)).toMatchObject({ segments: { encoding: "ucs2" } });
    const { text, segments } = renderText({ ...typographic, brand: "Joe’s", transliterate: true });
    expect(text).toBe('000123 - your "Joe\'s" code...');
    expect(segments.encoding).toBe("gsm7");
  });

  test("nothing changes where another character needs UCS-2 anyway", () => {
    const text = words({ ...typographic, brand: "Łódź", transliterate: true });
    expect(text).toBe("000123 – your “Łódź” code…");
  });

  test("a payee is shown as given (S-6)", () => {
    const paid = { ...plain, payment: { amount: "EUR 1050", payee: "Joe’s" }, transliterate: true };
    expect(words(paid)).toContain("Joe’s");
  });
});
