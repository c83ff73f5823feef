import { describe, expect, test } from "vitest";
import { languages, localeForRegion, narrowing, parseLocale, wordsIn } from "./index.ts";

describe("words for a locale", () => {
  test.each([
    ["de", "de"],
    ["de-AT", "de"],
    ["DE-ch-1996", "de"],
    ["pt", "pt"],
    ["no", "nb"],
    ["nn-NO", "nb"],
    ["en-US-x-1", "en"],
    ["toString", undefined],
    ["constructor", undefined],
    ["sw-KE", undefined],
  ])("%s has those of %s", (locale, language) => {
    expect(wordsIn(locale)?.language).toBe(language);
  });

  test.each([
    ["zh", "验证码"],
    ["zh-Hans-SG", "验证码"],
    ["zh-Hant", "驗證碼"],
    ["zh-Hant-TW", "驗證碼"],
    ["zh-TW", "驗證碼"],
    ["zh-HK", "驗證碼"],
    ["yue", "驗證碼"],
    ["yue-CN", "验证码"],
    ["pt-BR", "é seu"],
    ["pt-PT", "é o seu"],
  ])("%s says %s", (locale, words) => {
    expect(wordsIn(locale)?.sms).toContain(words);
  });

  test("tags narrow from the right, and a single letter never ends one (RFC 4647, 3.4)", () => {
    expect(narrowing("zh-Hant-CN-x-private1")).toEqual([
      "zh-hant-cn-x-private1",
      "zh-hant-cn",
      "zh-hant",
      "zh",
    ]);
  });

  test("nobody who speaks the language has read any of them yet, and nothing says otherwise", () => {
    expect(languages.filter((one) => one.reviewedByASpeaker)).toEqual([]);
  });
});

describe("any well-formed tag is a locale", () => {
  test.each([
    ["en", "en"],
    ["EN", "en"],
    ["pt-br", "pt-BR"],
    ["zh-hant-tw", "zh-Hant-TW"],
    ["es-419", "es-419"],
    ["fil-ph", "fil-PH"],
    ["ar-xa", "ar-XA"],
    ["cmn-cn", "zh-CN"],
    ["de-CH-1996", "de-CH-1996"],
    ["xx-YY", "xx-YY"],
    ["en-US-x-1", "en-US-x-1"],
  ])("%s is %s", (given, canonical) => {
    expect(parseLocale(given)).toBe(canonical);
  });
  test.each([
    "",
    "en_US",
    "../en",
    "en-",
    "-en",
    "e",
    "en us",
    "en\n",
    "{code}",
    `en-${"x-abcdefg-".repeat(4)}`,
  ])("%j is none", (given) => {
    expect(parseLocale(given)).toBeNull();
  });
});

describe("the locale of a number's region", () => {
  test.each([
    ["DE", "de-DE"],
    ["AT", "de-AT"],
    ["MX", "es-MX"],
    ["BR", "pt-BR"],
    ["TW", "zh-TW"],
    ["HK", "zh-HK"],
    ["CN", "zh-CN"],
    ["IN", "en-IN"],
    ["NO", "nb-NO"],
    ["UA", "uk-UA"],
    ["IL", "he-IL"],
    ["IR", "fa-IR"],
    ["GE", null],
    ["001", null],
  ])("%s is %s", (region, locale) => {
    expect(localeForRegion(region)).toBe(locale);
  });

  test("a language with templates of its own counts as known", () => {
    expect(localeForRegion("GE", (locale) => locale.startsWith("ka"))).toBe("ka-GE");
  });
});
