import { describe, expect, test } from "vitest";
import { e164Of, reasonOf } from "../../test/support/number-samples.ts";
import { parsePhoneNumber } from "./index.ts";

describe("what is refused", () => {
  test.each([
    ["+1 (415) 555-0123 ext 9", "extension"],
    ["+1 415 555 0123 ext. 9", "extension"],
    ["+1 415 555 0123 extension 9", "extension"],
    ["+1 415 555 0123 x123", "extension"],
    ["+14155550123x123", "extension"],
    ["+14155550123;ext=9", "extension"],
    ["tel:+14155550123;ext=9", "extension"],
    ["+14155550123#9", "extension"],
    ["+14155550123 # 9", "extension"],
    ["+1 415 555 0123 - 9#", "extension"],
    ["+14155550123,,9", "extension"],
    ["+14155550123,9", "extension"],
    ["+14155550123;9", "extension"],
    ["+14155550123~9", "extension"],
    ["+14155550123 доб. 9", "extension"],
    ["+14155550123 anexo 9", "extension"],
    ["+1 415 555 0123 ｘ１２３", "extension"],
    ["+1 800 FLOWERS", "letters"],
    ["1-800-COLLECT", "letters"],
    ["call +14155550123", "letters"],
    ["+14155550123 or so", "letters"],
    ["+14155550123é", "letters"],
    ["+1４１５ＦＬＯＷＥＲＳ", "letters"],
    ["constructor", "letters"],
    ["__proto__", "letters"],
    ["toString", "letters"],
    ["sip:+14155550123@example.com", "letters"],
    ["tel:415-555-0123;phone-context=+1", "letters"],
    ["+14155550123\0", "forbidden_character"],
    ["+1415\r\n5550123", "forbidden_character"],
    ["+14155550123\n", "forbidden_character"],
    ["\t+14155550123", "forbidden_character"],
    ["\u202a+14155550123\u202c", "forbidden_character"],
    ["+1415\u200b5550123", "forbidden_character"],
    ["+1415\u00ad5550123", "forbidden_character"],
    ["+1415\u2066555\u20690123", "forbidden_character"],
    ["\ud800+14155550123", "forbidden_character"],
    ["+14155550123\udfff", "forbidden_character"],
    ["\ufeff+14155550123", "forbidden_character"],
    ["++14155550123", "forbidden_character"],
    ["+1+4155550123", "forbidden_character"],
    ["4155550123+", "forbidden_character"],
    ["*67 415 555 0123", "forbidden_character"],
    ["+14155550123' or 1=1", "letters"],
    ["+1415555🙂0123", "forbidden_character"],
    ["", "empty"],
    [" ", "empty"],
    ["+", "empty"],
    ["tel:", "empty"],
    ["+1".padEnd(65, "0"), "input_too_long"],
    ["+1 415 555 0123".padEnd(65, " "), "input_too_long"],
    ["+".padEnd(64, "4"), "too_many_digits"],
  ])("N-2: %j is refused as %s", (input, reason) => {
    expect(reasonOf(input, { defaultRegion: "US" })).toBe(reason);
  });

  test("N-2: 64 characters are read, 10 million are refused at once", () => {
    expect(e164Of("+14155550123".padEnd(64, " "))).toBe("+14155550123");
    expect(reasonOf("1".repeat(10_000_000))).toBe("input_too_long");
    expect(reasonOf("+1 ".repeat(3_500_000))).toBe("input_too_long");
  });

  test("N-2: an invisible character is named by its code point", () => {
    const result = parsePhoneNumber("\u202a+14155550123");
    expect(result).toMatchObject({ detail: expect.stringContaining("U+202A") });
  });

  test.each([
    ["4155550123", {}, "region_missing"],
    ["0014155550123", {}, "region_missing"],
    ["4155550123", { defaultRegion: "UK" }, "region_unknown"],
    ["4155550123", { defaultRegion: "constructor" }, "region_unknown"],
    ["4155550123", { defaultRegion: "__proto__" }, "region_unknown"],
    ["4155550123", { defaultRegion: "us" }, "region_unknown"],
    ["4155550123", { defaultRegion: "" }, "region_unknown"],
    ["+0123456789", {}, "calling_code_unknown"],
    ["+210123456789", {}, "calling_code_unknown"],
    ["+999123456789", {}, "calling_code_unknown"],
    ["+1415555", {}, "too_short"],
    ["+1", {}, "too_short"],
    ["+141555501234", {}, "too_many_digits"],
    ["+4912345678901234567", {}, "too_many_digits"],
    ["+11111111111", {}, "not_valid"],
    // Possible, and not valid: what N-3 is about.
    ["+447700900123", {}, "not_valid"],
    ["+882132345678", {}, "not_valid"],
    ["+14150550123", {}, "not_valid"],
  ])("N-3, M-08: %s with %j is refused as %s", (input, options, reason) => {
    expect(reasonOf(input, options)).toBe(reason);
  });

  test("N-2: no detail repeats the input", () => {
    for (const input of ["+14155550123x9", "+447700900123", "secret", "+1415555", "\u202a+14155550123"]) {
      const result = parsePhoneNumber(input);
      expect(result.type === "refused" && !result.detail.includes(input.slice(1, 6))).toBe(true);
    }
  });

  test("N-2: what JavaScript callers pass by mistake is refused, not thrown", () => {
    for (const input of [undefined, null, 14155550123, {}, ["+14155550123"]]) {
      expect(parsePhoneNumber(input as unknown as string).type).toBe("refused");
    }
  });
});
