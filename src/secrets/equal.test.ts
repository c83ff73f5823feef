import { expect, test } from "vitest";
import { textsEqual } from "./index.ts";

test.each([
  ["abc", "abc", true],
  ["", "", true],
  ["abc", "abd", false],
  ["abc", "ab", false],
  // In one byte a letter, U+0161 would be an `a`.
  ["\u0161bc", "abc", false],
  ["\u0161", "a\u0000", false],
  ["\ud800", "\udfff", true],
] as const)("K-1: %j and %j are equal: %s", (one, other, expected) => {
  expect(textsEqual(one, other)).toBe(expected);
});
