import { getCountries, getCountryCallingCode, parsePhoneNumberFromString } from "libphonenumber-js/max";
import examples from "libphonenumber-js/mobile/examples";
import { expect, test } from "vitest";
import { parsePhoneNumber, regions } from "./index.ts";
import { classify, findCallingCode, isNonGeographic, nonGeographicRegion } from "./numbering-plan.ts";

type Region = Parameters<typeof getCountryCallingCode>[0];

const nonGeographicCodes = ["800", "808", "870", "878", "881", "882", "883", "888", "979"];

/** Numbers near the edges of each plan: random digits, and examples with a random tail. Seeded: a failure repeats. */
function* sampleNumbers(perRegion: number): Generator<string> {
  let state = 20_260_101;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const plans = [
    ...[...regions].map((region) => ({
      code: getCountryCallingCode(region as Region),
      example: examples[region as Region] as string,
    })),
    ...nonGeographicCodes.map((code) => ({ code, example: "612345678" })),
  ];
  for (const { code, example } of plans) {
    for (let count = 0; count < perRegion; count += 1) {
      const kept = below(example.length + 1);
      const length = example.length + (count % 4 === 0 ? below(5) - 2 : 0);
      let national = example.slice(0, kept);
      while (national.length < length) {
        national += String(below(10));
      }
      yield `+${code}${national}`.slice(0, 16);
    }
  }
}

function ours(text: string): string {
  const result = parsePhoneNumber(text);
  if (result.type === "refused") {
    return "not valid";
  }
  const { e164, region, numberType } = result.phoneNumber;
  return `${e164} ${region} ${numberType}`;
}

function theirs(text: string): string {
  const number = parsePhoneNumberFromString(text, { extract: false });
  const type = number?.isValid() ? number.getType() : undefined;
  return number && type
    ? `${number.number} ${number.country ?? nonGeographicRegion} ${type.toLowerCase()}`
    : "not valid";
}

test("N-1: the regions are those of the metadata", () => {
  expect([...regions].sort()).toEqual([...getCountries()].sort());
});

test("N-1, N-3: validity, region, type and canonical form are libphonenumber's, Mexico's old prefixes apart", () => {
  let valid = 0;
  let compared = 0;
  const differences: string[] = [];
  for (const text of sampleNumbers(60)) {
    const expected = theirs(text);
    const actual = ours(text);
    compared += 1;
    valid += expected === "not valid" ? 0 : 1;
    if (actual !== expected && !text.startsWith("+521") && !text.startsWith("+520")) {
      differences.push(`${text}: ${actual}, library: ${expected}`);
    }
  }
  expect(differences).toEqual([]);
  // The sample must have enough of both kinds to mean something.
  expect(valid).toBeGreaterThan(compared / 4);
  expect(valid).toBeLessThan(compared * 0.9);
});

test("N-4: the non-geographic calling codes are exactly these", () => {
  const found = Array.from({ length: 999 }, (_, index) => String(index + 1)).filter(isNonGeographic);
  expect(found).toEqual(nonGeographicCodes);
});

test("N-3: nothing is found under names that every object has", () => {
  expect(findCallingCode("constructor")).toBeUndefined();
  expect(classify("constructor", "4155550123")).toBeUndefined();
  expect(regions.has("constructor")).toBe(false);
});
