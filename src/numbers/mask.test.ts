import fc from "fast-check";
import examples from "libphonenumber-js/mobile/examples";
import { expect, test } from "vitest";
import { readNumber } from "../../test/support/number-samples.ts";
import { maskEmail, maskPhoneNumber, regions } from "./index.ts";

test.each([
  ["+16785551212", "+1••••••1212"],
  ["+447400123456", "+44••••••3456"],
  ["+2250102030405", "+225••••••0405"],
  // Short national numbers: never more than half of one.
  ["+24740123", "+247•••23"],
  ["+2908123", "+290••23"],
  ["+6834567", "+683••67"],
  ["+4912", "+49•2"],
  ["+1", "+1"],
  // Not numbers: nothing is shown.
  ["+999123456789", "•••"],
  ["16785551212", "•••"],
  ["+1678555121x", "•••"],
  ["+1678555121\n", "•••"],
  ["", "•••"],
])("N-8: %j is shown as %s", (number, masked) => {
  expect(maskPhoneNumber(number)).toBe(masked);
});

test("N-8: only the calling code and the last four digits are ever shown", () => {
  const example = fc.constantFrom(
    ...[...regions].map((region) =>
      readNumber(examples[region as keyof typeof examples], { defaultRegion: region }),
    ),
  );
  fc.assert(
    fc.property(example, ({ e164, countryCallingCode, nationalNumber }) => {
      const masked = maskPhoneNumber(e164);
      const [, code, bullets, last] = /^\+(\d+)(•+)(\d{2,4})$/.exec(masked) ?? [];
      expect(code).toBe(countryCallingCode);
      expect(nationalNumber.endsWith(last ?? "-")).toBe(true);
      expect((bullets ?? "").length).toBe(nationalNumber.length - (last ?? "").length);
      expect((bullets ?? "").length).toBeGreaterThanOrEqual((last ?? "").length);
    }),
  );
});

test("N-8: any string is masked without a throw, and shows at most seven digits", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.stringMatching(/^\+[0-9]{0,20}$/)), (text) => {
      expect(maskPhoneNumber(text).replace(/\D/g, "").length).toBeLessThanOrEqual(7);
    }),
  );
});

test.each([
  ["jane@example.com", "j•••@example.com"],
  ["jo@example.com", "j•••@example.com"],
  ["j@example.com", "•••@example.com"],
  ["@example.com", "•••"],
  ["jane", "•••"],
  ["", "•••"],
])("N-8: %j is shown as %s", (address, masked) => {
  expect(maskEmail(address)).toBe(masked);
});
