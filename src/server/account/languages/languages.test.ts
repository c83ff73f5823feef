import { expect, test } from "vitest";
import { en } from "./en.ts";
import { accountLanguages } from "./index.ts";

const places = (sentence: string): string[] => (sentence.match(/\{\w+\}/g) ?? []).sort();

test("the account pages speak the 20 languages of the verification page", () => {
  expect(accountLanguages).toHaveLength(20);
});

for (const { tag, words } of accountLanguages) {
  test(`${tag} has every sentence, with the places of the English one and nothing to escape`, () => {
    for (const [name, english] of Object.entries(en)) {
      const sentence = words[name as keyof typeof en];
      expect(sentence.trim(), name).not.toBe("");
      expect(places(sentence), name).toEqual(places(english));
      expect(sentence, name).not.toMatch(/[<>&"]/);
    }
    const own = Object.keys(en).map((name) => words[name as keyof typeof en]);
    expect(new Set(own).size).toBeGreaterThan(80);
  });
}
