import { describe, expect, test } from "vitest";
import { brandProblem, referenceProblem, wordsProblem } from "./words.ts";

/** Everything that shows as nothing, or as something else on each phone. */
const unreadable: readonly (readonly [string, string])[] = [
  ["the first half of a surrogate pair", "\ud83d"],
  ["the second half", "\ude00"],
  ["both halves in the wrong order", "\ude00\ud83d"],
  ["a Hangul filler", "\u3164"],
  ["a half-width Hangul filler", "\uffa0"],
  ["a Hangul choseong filler", "\u115f"],
  ["a Hangul jungseong filler", "\u1160"],
  ["an inherent Khmer vowel", "\u17b4"],
  ["a combining grapheme joiner", "\u034f"],
  ["a variation selector", "\ufe0f"],
  ["a variation selector of the supplement", "\u{e0100}"],
  ["a tag", "\u{e0041}"],
  ["a soft hyphen", "\u00ad"],
  ["a zero-width space", "\u200b"],
  ["a word joiner", "\u2060"],
  ["a byte order mark", "\ufeff"],
  ["a right-to-left override", "\u202e"],
  ["an empty Braille cell", "\u2800"],
  ["private use", "\ue000"],
  ["no character at all", "\uffff"],
  ["a control", "\u0007"],
  ["a C1 control", "\u0085"],
  ["a line separator", "\u2028"],
];

const oddSpaces: readonly (readonly [string, string])[] = [
  ["a no-break space", "\u00a0"],
  ["an ideographic space", "\u3000"],
  ["an Ogham space", "\u1680"],
  ["a thin space", "\u2009"],
];

describe("C-25, C-28: what a brand may be", () => {
  test.each([
    "Acme",
    "A",
    "Café Zoë",
    "Ärzte & Co.",
    "Dr. No's",
    "7-Eleven",
    "漢字",
    "x".repeat(20),
    "Yahoo!",
  ])("%s is one", (brand) => {
    expect(brandProblem(brand)).toBeNull();
  });

  test.each([
    ["nothing", ""],
    ["21 characters", "x".repeat(21)],
    ["a line of its own", "Acme\r\n@evil.example #000000"],
    ["a line feed", "Acme\n"],
    ["a tab", "Ac\tme"],
    ["a line separator", "Acme\u2028x"],
    ["a paragraph separator", "Acme\u2029x"],
    ["a right-to-left override", "Acme\u202eemca"],
    ["a zero-width space", "Ac\u200bme"],
    ["a NUL", "Acme\u0000"],
    ["an ANSI escape", "\u001b[31mAcme"],
    ["a leading space", " Acme"],
    ["markup", "</Say><Redirect>"],
    ["an entity", "&#x3C;"],
    ["a template", "{{constructor}}"],
    ["another template", "${7*7}"],
    ["a bound line", "@evil.example #1"],
    ["a link", "https://evil"],
    ["a bare host", "evil.com"],
    ["a host after words", "pay at bit.ly"],
    ["www", "www.evil"],
  ])("%s is none", (_, brand) => {
    expect(brandProblem(brand)).not.toBeNull();
  });
});

describe("S-6: words that people read", () => {
  test.each(["Shop", "Dr. Müller & Söhne", "漢字 商店", "Café", "👍 Shop", "Ю́жный", "한글", "5.50 Store"])(
    "%s is fine",
    (text) => expect(wordsProblem(text)).toBeNull(),
  );

  test.each([...unreadable, ...oddSpaces])("%s makes them unreadable, in a brand too", (_, character) => {
    for (const text of [character, `Sh${character}op`, `Shop${character}`]) {
      expect(wordsProblem(text)).not.toBeNull();
      expect(brandProblem(text)).not.toBeNull();
    }
  });

  test.each(["", " ", "   "])("%j is blank", (text) => expect(wordsProblem(text)).toBe("must not be blank"));
});

describe("C-28: words that a phone would turn into a link", () => {
  test.each([
    "pay at bit.ly/x",
    "bit.ly",
    "bit.ly?x=1",
    "bit.ly#x",
    "bit.ly:80",
    "(bit.ly)",
    "bit.ly, now",
    "“bit.ly”",
    "me@evil.example",
    "evil.xn--p1ai",
    "evil。com",
    "evil．com",
    "HTTP://evil",
    "www.evil",
  ])("C-28: not to %s", (payee) => {
    expect(wordsProblem(payee)).toBe("must not look like a link");
  });
});

describe("S-2: a caller's own reference", () => {
  test.each(["user-1", "漢字", "a b", "x".repeat(500), "https://example.com/u/1", "Sh\u200dop", "\u00a0x"])(
    "%j is fine",
    (text) => expect(referenceProblem(text)).toBeNull(),
  );

  test.each(["\ud800", "a\udfffb", "", " ", "\u3164", "\u200b\u2800 ", "a\nb", "\u0000"])(
    "%j is not",
    (text) => expect(referenceProblem(text)).not.toBeNull(),
  );
});
