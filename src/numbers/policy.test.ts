import examples from "libphonenumber-js/mobile/examples";
import { describe, expect, test } from "vitest";
import { readNumber } from "../../test/support/number-samples.ts";
import {
  judgeNumber,
  type NumberPolicy,
  type NumberType,
  neverCallingCodes,
  type PhoneChannel,
  type PhoneNumber,
  parsePhoneNumber,
  regions,
} from "./index.ts";

const everywhere: NumberPolicy = { countries: "all" };

function verdict(number: string | PhoneNumber, channel: PhoneChannel, policy: NumberPolicy): string {
  const phoneNumber = typeof number === "string" ? readNumber(number) : number;
  const judgement = judgeNumber(phoneNumber, channel, policy);
  return judgement.type === "allowed" ? "allowed" : judgement.reason;
}

describe("line types", () => {
  const types: ReadonlyArray<readonly [NumberType, string, string, string]> = [
    ["mobile", "+447400123456", "allowed", "allowed"],
    ["fixed_line_or_mobile", "+16785551212", "allowed", "allowed"],
    ["fixed_line", "+442079460018", "landline_sms", "allowed"],
    ["voip", "+445612345678", "allowed", "allowed"],
    ["premium_rate", "+19005551234", "type_denied", "type_denied"],
    ["toll_free", "+18005551234", "type_denied", "type_denied"],
    ["shared_cost", "+491801123456", "type_denied", "type_denied"],
    ["uan", "+443001234567", "type_denied", "type_denied"],
    ["pager", "+447640123456", "type_denied", "type_denied"],
    ["voicemail", "+41860123456789", "type_denied", "type_denied"],
    ["personal_number", "+447012345678", "type_denied", "type_denied"],
  ];

  test.each(types)("N-3, F-1: %s (%s) is %s for sms, %s for voice", (numberType, number, sms, voice) => {
    expect(readNumber(number).numberType).toBe(numberType);
    expect(verdict(number, "sms", everywhere)).toBe(sms);
    expect(verdict(number, "voice", everywhere)).toBe(voice);
  });

  test("N-3: more real ranges of the denied types", () => {
    const numbers = ["+449098790000", "+33891123456", "+448001234567", "+972151234567890", "+4970012345678"];
    for (const number of [...numbers, "+15005551234"]) {
      expect(verdict(number, "sms", everywhere)).toBe("type_denied");
    }
  });

  test("N-3: a policy denies voip and landlines in addition", () => {
    const policy: NumberPolicy = { countries: "all", denyTypes: ["voip", "fixed_line"] };
    expect(verdict("+445612345678", "sms", policy)).toBe("type_denied_by_policy");
    expect(verdict("+442079460018", "voice", policy)).toBe("type_denied_by_policy");
    expect(verdict("+447400123456", "sms", policy)).toBe("allowed");
  });
});

describe("ranges that are never sent to", () => {
  test.each([
    ["+870773111632", "Inmarsat, mobile in the metadata"],
    ["+878101234567890", "universal personal telecommunications"],
    ["+881612345678", "Iridium, mobile in the metadata"],
    ["+8823421234", "international networks, mobile in the metadata"],
    ["+883510012345", "international networks"],
    ["+88812345678901", "disaster relief"],
    ["+979123456789", "international premium rate"],
    ["+80012345678", "international freephone"],
    ["+80812345678", "international shared cost"],
  ])("N-4, F-1: %s (%s)", (number) => {
    const region = readNumber(number).region;
    for (const channel of ["sms", "voice"] as const) {
      expect(verdict(number, channel, everywhere)).toBe("range_denied");
      expect(verdict(number, channel, { countries: ["001", region] })).toBe("range_denied");
    }
  });

  test("N-4: an operator's override cannot open them", () => {
    for (const code of neverCallingCodes) {
      const number = `+${code}612345678`;
      const allow = [
        { prefix: `+${code}`, digits: number.length - 1, region: "US", numberType: "mobile" },
      ] as const;
      expect(verdict(readNumber(number, { allow }), "sms", everywhere)).toBe("range_denied");
    }
  });
});

describe("countries", () => {
  const numbers = [...regions].map((region) => {
    const parsed = parsePhoneNumber(examples[region as keyof typeof examples], { defaultRegion: region });
    if (parsed.type === "refused") {
      throw new Error(`The example of ${region} was refused.`);
    }
    return [region, parsed.phoneNumber] as const;
  });

  test.each(numbers)(
    "F-2: %s passes with all, not with none, and with two only if it is one",
    (region, number) => {
      expect(verdict(number, "sms", { countries: "all" })).toBe("allowed");
      expect(verdict(number, "sms", { countries: [] })).toBe("country_not_allowed");
      const listed = region === "DE" || region === "NZ";
      expect(verdict(number, "sms", { countries: ["DE", "NZ"] })).toBe(
        listed ? "allowed" : "country_not_allowed",
      );
    },
  );

  test.each([
    ["+16785551212", "US", "allowed"],
    ["+18762345678", "JM", "country_not_allowed"],
    ["+17672251234", "DM", "country_not_allowed"],
    ["+14165550123", "CA", "country_not_allowed"],
    ["+12423591234", "BS", "country_not_allowed"],
    ["+17872345678", "PR", "country_not_allowed"],
  ])("N-5, F-2: with only the US allowed, %s (%s) is %s", (number, region, expected) => {
    expect(readNumber(number).region).toBe(region);
    expect(verdict(number, "sms", { countries: ["US"] })).toBe(expected);
  });

  test("N-5: calling codes other than +1 are shared too", () => {
    expect(verdict("+447624369230", "sms", { countries: ["GB"] })).toBe("country_not_allowed");
    expect(verdict("+77710009998", "sms", { countries: ["RU"] })).toBe("country_not_allowed");
    expect(verdict("+77710009998", "sms", { countries: ["KZ"] })).toBe("allowed");
  });

  test("F-11: calls have a list of their own", () => {
    const policy: NumberPolicy = { countries: ["GB", "US"], voiceCountries: ["US"] };
    expect(verdict("+447400123456", "sms", policy)).toBe("allowed");
    expect(verdict("+447400123456", "voice", policy)).toBe("country_not_allowed");
    expect(verdict("+16785551212", "voice", policy)).toBe("allowed");
    expect(verdict("+16785551212", "voice", { countries: "all", voiceCountries: [] })).toBe(
      "country_not_allowed",
    );
    expect(verdict("+447400123456", "voice", { countries: ["GB"] })).toBe("allowed");
  });

  test("F-1: what is closed for all comes before the country", () => {
    expect(verdict("+19005551234", "sms", { countries: [] })).toBe("type_denied");
    expect(verdict("+881612345678", "sms", { countries: [] })).toBe("range_denied");
  });

  test("N-8: no detail has the number in it", () => {
    for (const number of ["+19005551234", "+881612345678", "+442079460018", "+14165550123"]) {
      const judgement = judgeNumber(readNumber(number), "sms", { countries: [] });
      expect(judgement.type === "denied" && !judgement.detail.includes(number.slice(-4))).toBe(true);
    }
  });
});
