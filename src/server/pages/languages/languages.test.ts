import { expect, test } from "vitest";
import { languageFor } from "../language.ts";
import { en } from "./en.ts";
import { languages } from "./index.ts";

const places = (sentence: string): string[] => (sentence.match(/\{\w+\}/g) ?? []).sort();

test("A-11: there are 20 languages, of which three are written from right to left", () => {
  expect(languages).toHaveLength(20);
  expect(languages.filter((one) => one.direction === "rtl").map((one) => one.tag)).toEqual([
    "ar",
    "fa",
    "he",
  ]);
});

for (const { tag, words } of languages) {
  test(`${tag} has every sentence, with the places of the English one and nothing to escape`, () => {
    for (const [name, english] of Object.entries(en)) {
      const sentence = words[name as keyof typeof en];
      expect(sentence.trim(), name).not.toBe("");
      expect(places(sentence), name).toEqual(places(english));
      expect(sentence, name).not.toMatch(/[<>&"]/);
    }
    expect(new Set(Object.values(words)).size).toBeGreaterThan(35);
  });
}

test.each([
  ["de-CH,fr;q=0.8", "de"],
  ["xx,fr;q=0.5,es;q=0.9", "es"],
  ["pt-BR", "pt"],
  ["iw", "he"],
  ["zh-Hant-TW", "zh"],
  ["de;q=0", "en"],
  ["*", "en"],
  ["x".repeat(600), "en"],
  [undefined, "en"],
])("Accept-Language %s is answered in %s", (header, expected) => {
  expect(languageFor(null, header).tag).toBe(expected);
});

test("the language that a link asks for goes before the browser's", () => {
  expect(languageFor("ar", "de").tag).toBe("ar");
  expect(languageFor("xx", "de").tag).toBe("de");
});
