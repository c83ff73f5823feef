import { describe, expect, test } from "vitest";
import { countSegments } from "./index.ts";

describe("O-5: segments of an SMS (3GPP TS 23.038)", () => {
  test.each([
    ["nothing", "", "gsm7", 1, 0],
    ["one segment of septets", "a".repeat(160), "gsm7", 1, 160],
    ["one septet more", "a".repeat(161), "gsm7", 2, 161],
    ["two full segments", "a".repeat(306), "gsm7", 2, 306],
    ["three", "a".repeat(307), "gsm7", 3, 307],
    ["the euro takes two", "€".repeat(80), "gsm7", 1, 160],
    ["one euro too many", "€".repeat(81), "gsm7", 2, 162],
    [
      "an escape pair is not split over two segments",
      `${"a".repeat(152)}€${"a".repeat(152)}`,
      "gsm7",
      3,
      306,
    ],
    ["accents of the basic table", "èéùìòÇØøÅåÆæßÉÄÖÑÜ§äöñüà", "gsm7", 1, 24],
    ["lower-case ç is not in it", "ç", "ucs2", 1, 1],
    ["smart quotes are not either", "“x”", "ucs2", 1, 3],
    ["one segment of UCS-2", "я".repeat(70), "ucs2", 1, 70],
    ["one unit more", "я".repeat(71), "ucs2", 2, 71],
    ["two full segments of UCS-2", "я".repeat(134), "ucs2", 2, 134],
    ["an emoji takes two units", "🔑".repeat(35), "ucs2", 1, 70],
    ["a surrogate pair is not split", `${"я".repeat(66)}🔑${"я".repeat(66)}`, "ucs2", 3, 134],
  ] as const)("%s", (_, text, encoding, count, units) => {
    expect(countSegments(text)).toEqual({ encoding, count, units });
  });
});
