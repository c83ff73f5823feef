import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AlphabetName, alphabets, parseSubmittedCode } from "./index.ts";

const sixDigits = { type: "derived", alphabet: "decimal", length: 6 } as const;
const derived = (alphabet: AlphabetName, length: number) => ({ type: "derived", alphabet, length }) as const;

describe("C-09: what is read as a numeric code", () => {
  test.each([
    ["123456", "123456"],
    [" 123456", "123456"],
    ["123 456", "123456"],
    ["123-456 ", "123456"],
    ["- 1-2 3-4 5-6 -", "123456"],
    ["000000", "000000"],
  ])("%j is %s", (typed, code) => {
    expect(parseSubmittedCode(typed, sixDigits)).toBe(code);
  });

  const malformed = [
    "",
    " ",
    "12345",
    "1234567",
    "123456\n",
    "\t123456",
    "\u00a0123456",
    "123456\u0000",
    "0x1E240",
    "1.23456e5",
    "12345e",
    "+123456",
    "-123456-7",
    "123,456",
    "123.456",
    "12345O",
    "l23456",
    "１２３４５６",
    "١٢٣٤٥٦",
    "constructor",
    "__proto__",
    "toString",
    "hasOwnProperty",
    "true",
    "null",
    `1${"0".repeat(10_000_000)}`,
    `123456${" ".repeat(64)}`,
  ].map((typed) => [JSON.stringify(typed).slice(0, 40), typed] as const);
  test.each(malformed)("%s is not one", (_, typed) => {
    expect(parseSubmittedCode(typed, sixDigits)).toBeNull();
  });

  test("C-10: a leading zero is part of the code", () => {
    expect(parseSubmittedCode("012345", sixDigits)).toBe("012345");
    expect(parseSubmittedCode("12345", sixDigits)).toBeNull();
  });

  test("property: whatever is accepted matches ^[0-9]{6}$", () => {
    const ascii = fc.string({ unit: fc.constantFrom(..."0123456789 -abO.+e\n"), maxLength: 12 });
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), ascii), (typed) => {
        const code = parseSubmittedCode(typed, sixDigits);
        const compact = typed.replaceAll(" ", "").replaceAll("-", "");
        expect(code).toBe(/^[0-9]{6}$/.test(compact) && typed.length <= 64 ? compact : null);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("C-11, L-4: our own letters ignore case and look-alikes", () => {
  test.each([
    ["abcd-efgh", "ABCDEFGH"],
    ["O1lI oooo", "01110000"],
    ["0000 zzzz", "0000ZZZZ"],
  ])("Crockford: %s is %s", (typed, code) => {
    expect(parseSubmittedCode(typed, derived("crockford", 8))).toBe(code);
  });

  test.each([
    ["crockford", "AAAAAAAU"],
    ["crockford", "AAAAAAA!"],
    ["letters", "AAAAAAA0"],
    ["letters", "AAAAAAAO"],
    ["letters", "AAAAAAAB"],
    ["hex", "AAAAAAAG"],
  ] as const)("%s: %s is not a code", (alphabet, typed) => {
    expect(parseSubmittedCode(typed, derived(alphabet, 8))).toBeNull();
  });

  test("letters that grow when they become capitals do not make a code longer", () => {
    expect(parseSubmittedCode("ßßß", derived("crockford", 6))).toBeNull();
    expect(parseSubmittedCode("AAAAAß", derived("crockford", 6))).toBeNull();
    expect(parseSubmittedCode("ﬀﬀﬀ", derived("hex", 6))).toBeNull();
  });

  test("property: every code of every alphabet is read back from any case, spaces and dashes", () => {
    const names = Object.keys(alphabets) as AlphabetName[];
    const cases = fc.constantFrom(...names).chain((name) =>
      fc.record({
        name: fc.constant(name),
        symbols: fc.array(
          fc.tuple(fc.constantFrom(...alphabets[name]), fc.boolean(), fc.constantFrom("", " ", "-", " -")),
          { minLength: 4, maxLength: 10 },
        ),
      }),
    );
    fc.assert(
      fc.property(cases, ({ name, symbols }) => {
        const code = symbols.map(([symbol]) => symbol).join("");
        const typed = symbols
          .map(([symbol, isLower, gap]) => `${isLower ? symbol.toLowerCase() : symbol}${gap}`)
          .join("");
        expect(parseSubmittedCode(typed, derived(name, code.length))).toBe(code);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("A-1: a caller's code is matched as given", () => {
  const supplied = { type: "supplied" } as const;
  test.each(["AbC123", "abc 12", "O0Il", "000123"])("%s stays as it is", (typed) => {
    expect(parseSubmittedCode(typed, supplied)).toBe(typed);
  });
  test("nothing at all, and more than 64 characters, are refused unread", () => {
    for (const typed of ["", "x".repeat(65)]) expect(parseSubmittedCode(typed, supplied)).toBeNull();
  });
});
