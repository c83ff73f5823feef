import fc from "fast-check";
import examples from "libphonenumber-js/mobile/examples";
import { describe, expect, test } from "vitest";
import { e164Of, readNumber, reasonOf } from "../../test/support/number-samples.ts";
import {
  describeNumber,
  isE164,
  type NumberOverride,
  type ParseOptions,
  parsePhoneNumber,
  regions,
} from "./index.ts";

const exampleNumbers: ReadonlyArray<readonly [string, string]> = [...regions].map((region) => {
  const national = examples[region as keyof typeof examples];
  return [region, e164Of(national, { defaultRegion: region })];
});

describe("one number has one key", () => {
  const spellings = [
    "+16785551212",
    "+1 (678) 555-1212",
    "+1 678 555 1212",
    "+1.678.555.1212",
    "+1/678/555/1212",
    "+1-678-555-1212",
    "+1\u2011678\u2011555\u20111212",
    "+1\u00a0678\u202f555\u20091212",
    " +1 678 555 1212 ",
    "+1 [678] 555 1212",
    "(+1) 678 555 1212",
    "+1 1 678 555 1212",
    "tel:+16785551212",
    "TEL:+1-678-555-1212",
    "＋１６７８５５５１２１２",
    "＋１（６７８）５５５－１２１２",
    "+١٦٧٨٥٥٥١٢١٢",
    "+۱۶۷۸۵۵۵۱۲۱۲",
    "+१६७८५५५१२१२",
    "+১৬৭৮৫৫৫১২১২",
    "+๑๖๗๘๕๕๕๑๒๑๒",
    "678-555-1212",
    "(678) 555 1212",
    "1 678 555 1212",
    "011 1 678 555 1212",
    "٦٧٨٥٥٥١٢١٢",
  ];

  test.each(spellings)("N-1, C-30, M-07: %s is +16785551212", (spelling) => {
    expect(e164Of(spelling, { defaultRegion: "US" })).toBe("+16785551212");
  });

  test("N-1: the national form follows the default region, the region follows the number", () => {
    expect(e164Of("020 7946 0018", { defaultRegion: "GB" })).toBe("+442079460018");
    expect(e164Of("00 44 20 7946 0018", { defaultRegion: "DE" })).toBe("+442079460018");
    expect(e164Of("+44 (0)20 7946 0018", { defaultRegion: "US" })).toBe("+442079460018");
    expect(readNumber("416 555 0123", { defaultRegion: "US" }).region).toBe("CA");
  });

  test("N-1: the parts of a number", () => {
    expect(readNumber("+44 20 7946 0018")).toEqual({
      e164: "+442079460018",
      region: "GB",
      countryCallingCode: "44",
      nationalNumber: "2079460018",
      numberType: "fixed_line",
    });
  });

  test.each([
    ["Mexico, old mobile 1", "+52 1 55 1234 5678", "+525512345678"],
    ["Mexico, new form", "+52 55 1234 5678", "+525512345678"],
    ["Mexico, 044 at home", "044 55 1234 5678", "+525512345678", "MX"],
    ["Mexico, 01 at home", "01 55 1234 5678", "+525512345678", "MX"],
    ["Mexico, 1 at home", "1 55 1234 5678", "+525512345678", "MX"],
    ["Argentina, mobile with 9", "+54 9 11 2345 6789", "+5491123456789"],
    ["Argentina, mobile with 15", "+54 11 15 2345 6789", "+5491123456789"],
    ["Argentina, mobile with 0 and 15", "+54 0 11 15 2345 6789", "+5491123456789"],
    ["Argentina, 15 at home", "011 15 2345 6789", "+5491123456789", "AR"],
    ["Argentina, a landline is another line", "+54 11 2345 6789", "+541123456789"],
    ["Italy, the zero stays", "+39 06 1234 5678", "+390612345678"],
    ["Italy, at home", "06 1234 5678", "+390612345678", "IT"],
    ["Italy, mobile without zero", "+39 312 345 6789", "+393123456789"],
    ["Côte d'Ivoire, 10 digits", "+225 01 02 03 04 05", "+2250102030405"],
    ["Benin, 10 digits", "+229 01 97 12 34 56", "+2290197123456"],
    ["Russia, trunk 8 abroad", "+7 8 800 555 35 35", "+78005553535"],
    ["Russia, an 8 that belongs", "+7 800 555 35 35", "+78005553535"],
    ["Brazil, carrier code", "0 15 11 98765 4321", "+5511987654321", "BR"],
  ])("N-6, C-30: %s", (_name, input, expected, region?: string) => {
    expect(e164Of(input, region === undefined ? {} : { defaultRegion: region })).toBe(expected);
  });

  test.each([
    ["Italy without its zero", "+39 612345678"],
    ["Côte d'Ivoire, old 8 digits", "+225 01 02 03 04"],
    ["Benin, old 8 digits", "+229 97 12 34 56"],
    ["Brazil, mobile without the ninth digit", "+55 11 8765 4321"],
    ["Mexico, the old 1 twice", "+52 1 1 55 1234 5678"],
    ["Argentina, 9 and 15 together", "+54 9 11 15 2345 6789"],
  ])("N-6: %s is refused", (_name, input) => {
    expect(parsePhoneNumber(input).type).toBe("refused");
  });
});

describe("every region", () => {
  // Their mobiles have no range of their own, and the metadata counts them to the region that they share it with.
  const counted: Readonly<Record<string, string>> = {
    AX: "FI",
    BL: "GP",
    CC: "AU",
    CX: "AU",
    EH: "MA",
    IM: "GB",
    MF: "GP",
    SJ: "NO",
    VA: "IT",
  };

  test("N-1: the metadata has a plan for 245 regions", () => {
    expect(regions.size).toBe(245);
  });

  test.each(exampleNumbers)("M-08, N-3: the mobile example of %s, %s, reads as itself", (region, e164) => {
    const phoneNumber = readNumber(e164);
    expect(phoneNumber.e164).toBe(e164);
    expect(phoneNumber.region).toBe(counted[region] ?? region);
    expect(["mobile", "fixed_line_or_mobile"]).toContain(phoneNumber.numberType);
  });

  test.each(exampleNumbers)("M-08, N-3: in %s, %s cut short or made longer is refused", (_region, e164) => {
    const { countryCallingCode } = readNumber(e164);
    expect(reasonOf(`+${countryCallingCode}23`)).toBe("too_short");
    expect(reasonOf(e164.padEnd(17, "5"))).toBe("too_many_digits");
  });

  test.each(exampleNumbers)(
    "N-1, C-30: in %s, every format of %s reads as the same number",
    (region, e164) => {
      const { formats } = describeNumber(readNumber(e164));
      for (const format of Object.values(formats)) {
        expect(e164Of(format, { defaultRegion: region })).toBe(e164);
      }
    },
  );
});

describe("ranges newer than the metadata", () => {
  const override: NumberOverride = { prefix: "+447700900", digits: 12, region: "GB", numberType: "mobile" };
  const allow = [override];

  test("N-3: a declared range is valid, in every spelling", () => {
    for (const spelling of [
      "+447700900123",
      "+44 7700 900123",
      "+44 (0)7700 900123",
      "tel:+44-7700-900123",
    ]) {
      expect(readNumber(spelling, { allow })).toEqual({
        e164: "+447700900123",
        region: "GB",
        countryCallingCode: "44",
        nationalNumber: "7700900123",
        numberType: "mobile",
      });
    }
    expect(e164Of("07700 900123", { allow, defaultRegion: "GB" })).toBe("+447700900123");
  });

  test("N-3: a declared range is exact in its prefix and its length", () => {
    expect(reasonOf("+4477009001", { allow })).not.toMatch(/^parsed/);
    expect(reasonOf("+4477009001234", { allow })).not.toMatch(/^parsed/);
    expect(reasonOf("+447700901123", { allow })).toBe("not_valid");
  });

  test("N-3: a declared type replaces the metadata's, and an unknown calling code stays unknown", () => {
    const voip: NumberOverride = { prefix: "+1678", digits: 11, region: "US", numberType: "voip" };
    expect(readNumber("+16785551212", { allow: [voip] }).numberType).toBe("voip");
    // What was read before by other rules is no answer.
    expect(readNumber("+16785551212").numberType).not.toBe("voip");
    expect(readNumber("+16785551212", { allow: [voip] }).numberType).toBe("voip");
    const nowhere: NumberOverride = { prefix: "+999", digits: 10, region: "GB", numberType: "mobile" };
    expect(reasonOf("+9991234567", { allow: [nowhere] })).toBe("calling_code_unknown");
  });
});

describe("properties", () => {
  const region = fc.constantFrom(undefined, "US", "GB", "AR", "MX", "IT", "constructor", "");

  function optionsOf(defaultRegion: string | undefined): ParseOptions {
    return defaultRegion === undefined ? {} : { defaultRegion };
  }

  test("N-2: no string makes it throw, and what it reads is a fixed point (C-30)", () => {
    const anyText = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: fc.constantFrom(..."+0123456789 ()-;,#xext=tel:\0\r\n\ud800٠९０") }),
      fc.stringMatching(/^\+?[0-9]{1,20}$/),
    );
    fc.assert(
      fc.property(anyText, region, (text, defaultRegion) => {
        const result = parsePhoneNumber(text, optionsOf(defaultRegion));
        if (result.type === "parsed") {
          expect(isE164(result.phoneNumber.e164)).toBe(true);
          expect(parsePhoneNumber(result.phoneNumber.e164)).toEqual(result);
        }
      }),
      { numRuns: 5000 },
    );
  });

  test("C-30, N-1: separators and scripts never change the key", () => {
    const zero = fc.constantFrom("0", "０", "٠", "۰", "०");
    const gap = fc.constantFrom("", " ", "-", ".", "\u00a0", "\u2011");
    const example = fc.constantFrom(...exampleNumbers.map(([, e164]) => e164));
    fc.assert(
      fc.property(example, zero, gap, (e164, script, separator) => {
        const digits = [...e164.slice(1)].map((digit) =>
          String.fromCharCode(script.charCodeAt(0) + Number(digit)),
        );
        expect(e164Of(`+${digits.join(separator)}`)).toBe(e164);
      }),
      { numRuns: 1000 },
    );
  });
});
