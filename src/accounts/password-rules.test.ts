import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalPassword, type PasswordProblem, passwordProblem } from "./index.ts";

const rules = { isAlone: false, context: [], isCommon: () => false };
const judge = (given: string, over: Partial<Parameters<typeof passwordProblem>[1]> = {}) =>
  passwordProblem(given, { ...rules, ...over });

describe("P-1: password rules", () => {
  test.each<[string, string, boolean, PasswordProblem | null]>([
    ["seven characters", "abcdefg", false, { reason: "tooShort", least: 8 }],
    ["eight beside a second authenticator", "abcdefgh", false, null],
    ["fourteen alone", "abcdefghijklmn", true, { reason: "tooShort", least: 15 }],
    ["fifteen alone", "abcdefghijklmno", true, null],
    ["eight emoji, counted as code points", "🐢🐢🐢🐢🐢🐢🐢🐢", false, null],
    ["seven emoji", "🐢🐢🐢🐢🐢🐢🐢", false, { reason: "tooShort", least: 8 }],
    ["a line of spaces", "          ", false, null],
    ["256 bytes", "x".repeat(256), false, null],
    ["257 bytes", "x".repeat(257), false, { reason: "tooLong", mostBytes: 256 }],
    ["87 characters of three bytes", "語".repeat(86), false, { reason: "tooLong", mostBytes: 256 }],
    ["half an emoji", "abcdefgh\ud83d", false, { reason: "malformed" }],
    ["a null character", "abcdefgh\0", false, { reason: "malformed" }],
  ])("%s", (_name, given, isAlone, problem) => {
    expect(judge(given, { isAlone })).toEqual(problem);
  });

  test("64 characters of any kind are taken, and nothing is asked of their kinds", () => {
    const character = fc.integer({ min: 0x20, max: 0x7e }).map((point) => String.fromCodePoint(point));
    fc.assert(
      fc.property(fc.array(character, { minLength: 15, maxLength: 64 }), (given) => {
        expect(judge(given.join(""), { isAlone: true })).toBe(null);
      }),
    );
  });

  test("however a keyboard composes an accent, it is the same password", () => {
    expect(canonicalPassword("Bu\u0308rofenster")).toBe(canonicalPassword("B\u00fcrofenster"));
  });

  test("P-2: a common one is refused whatever its case, and so is little more than a word of the context", () => {
    const isCommon = (password: string): boolean => password === "trustno1";
    expect(judge("TrustNo1", { isCommon })).toEqual({ reason: "tooCommon" });
    expect(judge("Margaret1!", { context: ["margaret"] })).toEqual({
      reason: "containsContext",
      word: "margaret",
    });
    expect(judge("margaretmargaret", { context: ["margaret"] })?.reason).toBe("containsContext");
    expect(judge("margaret rows at dawn", { context: ["margaret"] })).toBe(null);
    expect(judge("abcdefgh", { context: ["abc"] })).toBe(null);
  });
});
