import { getCountryCallingCode, Metadata } from "libphonenumber-js/max";
import type { NumberType } from "./number-type.ts";
import { regions } from "./regions.ts";

/**
 * The numbering plans of libphonenumber's full metadata, with their patterns compiled once.
 *
 * The library compiles its patterns anew in each call, about 20 µs a number. Verifications parse on their hot path,
 * so we ask it for the patterns and apply its rules (`getNumberType`, `getCountryByNationalNumber`) ourselves; a
 * differential test holds the two together. Spelling, trunk prefixes and formats stay with the library.
 */

/** The region of ranges that belong to no country: CLDR's and libphonenumber's code for "world". */
export const nonGeographicRegion = "001";

/** A number's place in the plans: who assigns it and what kind of line it is. */
export interface Classification {
  readonly region: string;
  readonly numberType: NumberType;
}

interface TypeRule {
  readonly numberType: NumberType;
  readonly pattern: RegExp;
  readonly lengths: readonly number[];
}

interface Plan {
  readonly region: string;
  readonly general: RegExp;
  readonly lengths: readonly number[];
  readonly nationalPrefix: RegExp | undefined;
  readonly leadingDigits: RegExp | undefined;
  readonly fixedLine: TypeRule | undefined;
  /** Undefined where the metadata says that mobiles look like landlines. */
  readonly mobile: TypeRule | undefined;
  readonly others: readonly TypeRule[];
}

/** The parts of the library's `NumberingPlan` that it implements but leaves out of its declarations. */
interface UndeclaredPlan {
  nationalNumberPattern(): string;
  possibleLengths(): readonly number[];
  nationalPrefixForParsing(): string | 0 | undefined;
  leadingDigits(): string | 0 | undefined;
  type(name: string): { pattern(): string; possibleLengths(): readonly number[] } | undefined;
}

interface UndeclaredMetadata {
  hasCallingCode(callingCode: string): true | undefined;
  getCountryCodesForCallingCode(callingCode: string): readonly string[] | undefined;
  selectNumberingPlan(regionOrCallingCode: string): { numberingPlan: UndeclaredPlan };
}

// The order is the library's own: where patterns overlap, the first that matches decides.
const typesAfterFixedLine: ReadonlyArray<readonly [string, NumberType]> = [
  ["MOBILE", "mobile"],
  ["PREMIUM_RATE", "premium_rate"],
  ["TOLL_FREE", "toll_free"],
  ["SHARED_COST", "shared_cost"],
  ["VOIP", "voip"],
  ["PERSONAL_NUMBER", "personal_number"],
  ["PAGER", "pager"],
  ["UAN", "uan"],
  ["VOICEMAIL", "voicemail"],
];

const metadata = new Metadata() as unknown as UndeclaredMetadata;
const callingCodeDigitsMax = 3;

/** The calling code of one of `regions`, without the plus sign. */
export function callingCodeOf(region: string): string {
  return getCountryCallingCode(region as Parameters<typeof getCountryCallingCode>[0]);
}

// A Map, not an object: keys come from outside, and an object would answer to "constructor".
const regionsByCallingCode: ReadonlyMap<string, readonly string[]> = readCallingCodes();

// Bounded by the metadata: one plan a region and one a non-geographic calling code.
const plans: Map<string, Plan> = new Map();

function readCallingCodes(): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (let number = 1; number < 10 ** callingCodeDigitsMax; number += 1) {
    const code = String(number);
    if (metadata.hasCallingCode(code)) {
      found.set(code, metadata.getCountryCodesForCallingCode(code) ?? []);
    }
  }
  return found;
}

/** The calling code that an international number's digits (without the plus sign) begin with. Codes are prefix-free. */
export function findCallingCode(digits: string): string | undefined {
  for (let length = 1; length <= callingCodeDigitsMax; length += 1) {
    const code = digits.slice(0, length);
    if (regionsByCallingCode.has(code)) {
      return code;
    }
  }
  return undefined;
}

/** Whether a calling code belongs to no country (+800, +881, ...). */
export function isNonGeographic(callingCode: string): boolean {
  return regionsByCallingCode.get(callingCode)?.length === 0;
}

/**
 * Whether a national number begins with what its plan reads as a trunk prefix or carrier code, so that only the
 * library's full parser can say if those digits belong to the number.
 */
export function mayCarryNationalPrefix(callingCode: string, nationalNumber: string): boolean {
  const candidates = regionsByCallingCode.get(callingCode);
  if (candidates === undefined) {
    return false;
  }
  // The library reads prefixes by the main plan of the calling code, whatever region the number turns out to be of.
  const match = planOf(candidates[0] ?? callingCode).nationalPrefix?.exec(nationalNumber);
  // Some plans' prefixes are optional as a whole and match the empty string.
  return match !== undefined && match !== null && match[0] !== "";
}

/** Whether a national number is shorter or longer than every number of its plan, to say what is wrong with it. */
export function compareLength(
  callingCode: string,
  nationalNumber: string,
): "shorter" | "longer" | "possible" {
  const main = regionsByCallingCode.get(callingCode)?.[0];
  const { lengths } = planOf(main ?? callingCode);
  if (nationalNumber.length < Math.min(...lengths)) {
    return "shorter";
  }
  return nationalNumber.length > Math.max(...lengths) ? "longer" : "possible";
}

/** Region and type of a valid number, undefined for any other (N-3: the library's `isValid`, not `isPossible`). */
export function classify(callingCode: string, nationalNumber: string): Classification | undefined {
  const candidates = regionsByCallingCode.get(callingCode);
  if (candidates === undefined) {
    return undefined;
  }
  if (candidates.length === 0) {
    return inPlan(callingCode, nationalNumber);
  }
  if (candidates.length === 1) {
    return inPlan(candidates[0] as string, nationalNumber);
  }
  for (const region of candidates) {
    const { leadingDigits } = planOf(region);
    if (leadingDigits === undefined) {
      const classification = inPlan(region, nationalNumber);
      if (classification !== undefined) {
        return classification;
      }
    } else if (leadingDigits.test(nationalNumber)) {
      // Leading digits settle the region, so a number that is not valid there is valid nowhere.
      return inPlan(region, nationalNumber);
    }
  }
  return undefined;
}

function inPlan(regionOrCallingCode: string, nationalNumber: string): Classification | undefined {
  const plan = planOf(regionOrCallingCode);
  const numberType = typeInPlan(plan, nationalNumber);
  return numberType === undefined ? undefined : { region: plan.region, numberType };
}

function typeInPlan(plan: Plan, nationalNumber: string): NumberType | undefined {
  if (!plan.general.test(nationalNumber)) {
    return undefined;
  }
  if (plan.fixedLine !== undefined && matches(plan.fixedLine, nationalNumber)) {
    const sharesRange = plan.mobile === undefined || matches(plan.mobile, nationalNumber);
    return sharesRange ? "fixed_line_or_mobile" : "fixed_line";
  }
  return plan.others.find((rule) => matches(rule, nationalNumber))?.numberType;
}

function matches(rule: TypeRule, nationalNumber: string): boolean {
  return rule.lengths.includes(nationalNumber.length) && rule.pattern.test(nationalNumber);
}

function planOf(regionOrCallingCode: string): Plan {
  const known = plans.get(regionOrCallingCode);
  if (known !== undefined) {
    return known;
  }
  const plan = compilePlan(regionOrCallingCode);
  plans.set(regionOrCallingCode, plan);
  return plan;
}

function compilePlan(regionOrCallingCode: string): Plan {
  const source = metadata.selectNumberingPlan(regionOrCallingCode).numberingPlan;
  const others: TypeRule[] = [];
  for (const [name, numberType] of typesAfterFixedLine) {
    const rule = compileType(source, name, numberType);
    if (rule !== undefined) {
      others.push(rule);
    }
  }
  return {
    region: regions.has(regionOrCallingCode) ? regionOrCallingCode : nonGeographicRegion,
    general: whole(source.nationalNumberPattern()),
    lengths: source.possibleLengths(),
    nationalPrefix: start(source.nationalPrefixForParsing()),
    leadingDigits: start(source.leadingDigits()),
    fixedLine: compileType(source, "FIXED_LINE", "fixed_line"),
    mobile: others.find((rule) => rule.numberType === "mobile"),
    others,
  };
}

function compileType(source: UndeclaredPlan, name: string, numberType: NumberType): TypeRule | undefined {
  const type = source.type(name);
  const pattern = type?.pattern();
  return type && pattern
    ? { numberType, pattern: whole(pattern), lengths: type.possibleLengths() }
    : undefined;
}

function whole(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`);
}

// The library writes 0 for "none".
function start(pattern: string | 0 | undefined): RegExp | undefined {
  return pattern ? new RegExp(`^(?:${pattern})`) : undefined;
}
