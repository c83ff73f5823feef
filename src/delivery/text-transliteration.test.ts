import { expect, test } from "vitest";
import { countSegments } from "./index.ts";
import { transliterate } from "./text-transliteration.ts";

test.each([
  ["smart quotes", "‘a’ “b” „c“ ‚d‘", "'a' \"b\" \"c\" 'd'"],
  ["no-break spaces", "a\u00a0b\u202fc\u2009d", "a b c d"],
  ["dashes", "a–b—c‑d−e", "a-b-c-d-e"],
  ["an ellipsis", "a…", "a..."],
])("O-7: %s become what means the same in GSM-7", (_, text, expected) => {
  expect(transliterate(text)).toBe(expected);
  expect(countSegments(transliterate(text)).encoding).toBe("gsm7");
});

test.each(["ç", "ł", "я", "漢", "é", "🔑", "plain, 'quoted' - text"])("O-7: %s loses nothing", (text) => {
  expect(transliterate(text)).toBe(text);
});
