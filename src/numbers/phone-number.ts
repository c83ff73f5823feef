import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import type { NumberType } from "./number-type.ts";
import { classify, compareLength, findCallingCode, mayCarryNationalPrefix } from "./numbering-plan.ts";
import { type InputRefusal, screenPhoneNumberInput } from "./phone-number-input.ts";
import { regions } from "./regions.ts";

/** A phone number in E.164 form: a plus sign and at most 15 digits. One number has one such form (N-6). */
export type E164 = string & { readonly __brand: "E164" };

/** A valid phone number and what the metadata knows about it. Past the edge there is nothing else (N-1). */
export interface PhoneNumber {
  readonly e164: E164;
  /**
   * ISO 3166-1 alpha-2, or `001` for a range that belongs to no country. Regions whose mobiles have no range of their
   * own count as the one they share it with: AX as FI, BL and MF as GP, CC and CX as AU, EH as MA, SJ as NO, VA as IT.
   */
  readonly region: string;
  /** Without the plus sign. */
  readonly countryCallingCode: string;
  /** The national significant number: no trunk prefix, but with Italy's leading zero. */
  readonly nationalNumber: string;
  readonly numberType: NumberType;
}

/** Why an input is not a phone number. Stable: facades and the API map these. */
export type NumberRefusal =
  | InputRefusal
  | "region_missing"
  | "region_unknown"
  | "calling_code_unknown"
  | "too_short"
  | "too_many_digits"
  | "not_valid";

/**
 * A range that an operator declares valid because it is newer than the metadata (N-3), or of another type than the
 * metadata says. It takes precedence over the metadata, and never over `judgeNumber`'s ranges and types.
 */
export interface NumberOverride {
  /** The plus sign and the first digits: `+2250777`. Its calling code must be one the metadata knows. */
  readonly prefix: string;
  /** How many digits the whole number has, calling code included: without it a prefix would let cut-off numbers in. */
  readonly digits: number;
  readonly region: string;
  readonly numberType: NumberType;
}

/** What helps to read a number. */
export interface ParseOptions {
  /** The region whose national form is understood. Without it, only the international form is. */
  readonly defaultRegion?: string;
  /** Ranges newer than the metadata; the first that matches decides. */
  readonly allow?: readonly NumberOverride[];
}

/** A number, or the reason why there is none. `detail` is a sentence for the caller and never repeats the input. */
export type ParsedNumber =
  | { readonly type: "parsed"; readonly phoneNumber: PhoneNumber }
  | { readonly type: "refused"; readonly reason: NumberRefusal; readonly detail: string };

// ITU-T E.164 clause 6.1. The metadata would let 17 digits pass in Germany.
const e164DigitsMax = 15;
const e164Shape = /^\+[1-9]\d{3,14}$/;
// Dialling prefixes that Mexico abolished in 2019 and that address books and WhatsApp still carry. The metadata
// refuses them, but +52 1 55 and +52 55 are one phone, which must have one key (N-6, C-30).
const oldMexicanPrefix = /^(?:04[45]|01|1)(\d{10})$/;

/** What was read last: whoever reads what somebody typed hands its E.164 on to who reads it again. */
let lately: { readonly phoneNumber: PhoneNumber; readonly allow: ParseOptions["allow"] } | undefined;

/**
 * Reads a phone number as people write it (N-1, N-2, N-3, N-6): digits of any common script, separators, `tel:`,
 * the national form when `defaultRegion` is given. All spellings of one number give the same `e164`. Refused are
 * extensions, letters and numbers that are not valid in the full metadata. Never throws.
 *
 * Canonical forms: Mexico without the old mobile 1, Argentina's mobiles with the 9 (and without 15), Italy with its
 * leading zero, Côte d'Ivoire and Benin in their 10-digit plans (older, shorter forms are refused).
 */
export function parsePhoneNumber(input: string, options: ParseOptions = {}): ParsedNumber {
  if (input === lately?.phoneNumber.e164 && options.allow === lately.allow) {
    return parsed(lately.phoneNumber);
  }
  if (isE164(input)) {
    return readInternational(input, options);
  }
  const screened = screenPhoneNumberInput(input);
  if (screened.type === "refused") {
    return screened;
  }
  return screened.international
    ? readInternational(`+${screened.digits}`, options)
    : readNational(screened.digits, options);
}

/**
 * Whether a text has the shape of E.164. Says nothing about validity: use it for a number this program stored itself
 * (metadata may have changed since, and a pending verification must not die with an update), `parsePhoneNumber` for
 * all others.
 */
export function isE164(text: string): text is E164 {
  return typeof text === "string" && e164Shape.test(text);
}

function readNational(digits: string, options: ParseOptions): ParsedNumber {
  const { defaultRegion } = options;
  if (defaultRegion === undefined) {
    return refused(
      "region_missing",
      "The number does not begin with a plus sign and a country calling code.",
    );
  }
  // Asked of a Set: the library takes "constructor" for a country.
  if (!regions.has(defaultRegion)) {
    return refused("region_unknown", "The default region is not an ISO 3166-1 code with a numbering plan.");
  }
  return readCanonical(canonicalForm(digits, defaultRegion), options);
}

function readInternational(text: string, options: ParseOptions): ParsedNumber {
  const overridden = readOverride(text, options.allow);
  if (overridden !== undefined) {
    return overridden;
  }
  const callingCode = findCallingCode(text.slice(1));
  if (callingCode === undefined) {
    return refused("calling_code_unknown", "No country has this calling code.");
  }
  const mustBeSpelledOut = mayCarryNationalPrefix(callingCode, text.slice(1 + callingCode.length));
  return readCanonical(mustBeSpelledOut ? canonicalForm(text) : text, options);
}

/**
 * The library's E.164 for a text of digits, without trunk prefix and carrier code. A form that the library would read
 * as yet another number is refused: otherwise that number would have two keys (C-30).
 */
function canonicalForm(text: string, defaultRegion?: string): string | undefined {
  const form = libraryForm(text, defaultRegion);
  if (form === undefined || form === text) {
    return form;
  }
  const callingCode = findCallingCode(form.slice(1)) ?? "";
  const mayChangeAgain = mayCarryNationalPrefix(callingCode, form.slice(1 + callingCode.length));
  return mayChangeAgain && libraryForm(form) !== form ? undefined : form;
}

function libraryForm(text: string, defaultRegion?: string): string | undefined {
  const region = defaultRegion === undefined ? {} : { defaultCountry: defaultRegion as "US" };
  return parsePhoneNumberFromString(text, { ...region, extract: false })?.number;
}

function readCanonical(text: string | undefined, options: ParseOptions): ParsedNumber {
  if (text === undefined) {
    return refused("not_valid", "This is not a valid phone number.");
  }
  const overridden = readOverride(text, options.allow);
  if (overridden !== undefined) {
    return overridden;
  }
  const callingCode = findCallingCode(text.slice(1));
  if (callingCode === undefined) {
    return refused("calling_code_unknown", "No country has this calling code.");
  }
  const nationalNumber = text.slice(1 + callingCode.length);
  if (!isE164(text)) {
    return refuseInvalid(callingCode, nationalNumber);
  }
  const classification = classify(callingCode, nationalNumber);
  if (classification !== undefined) {
    const { region, numberType } = classification;
    const phoneNumber = { e164: text, region, countryCallingCode: callingCode, nationalNumber, numberType };
    lately = { phoneNumber, allow: options.allow };
    return parsed(phoneNumber);
  }
  const mexican = callingCode === "52" ? oldMexicanPrefix.exec(nationalNumber)?.[1] : undefined;
  // Ten digits have none of these prefixes, so this goes one level deep.
  return mexican === undefined
    ? refuseInvalid(callingCode, nationalNumber)
    : readCanonical(`+52${mexican}`, options);
}

function readOverride(
  text: string,
  overrides: readonly NumberOverride[] | undefined,
): ParsedNumber | undefined {
  if (overrides === undefined || !isE164(text)) {
    return undefined;
  }
  const override = overrides.find(
    ({ prefix, digits }) => text.length === digits + 1 && text.startsWith(prefix),
  );
  const callingCode = override && findCallingCode(text.slice(1));
  if (override === undefined || callingCode === undefined) {
    return undefined;
  }
  return parsed({
    e164: text,
    region: override.region,
    countryCallingCode: callingCode,
    nationalNumber: text.slice(1 + callingCode.length),
    numberType: override.numberType,
  });
}

function refuseInvalid(callingCode: string, nationalNumber: string): ParsedNumber {
  const length = compareLength(callingCode, nationalNumber);
  if (length === "shorter") {
    return refused("too_short", "The number has too few digits for its country.");
  }
  if (length === "longer" || callingCode.length + nationalNumber.length > e164DigitsMax) {
    return refused("too_many_digits", "The number has too many digits for its country.");
  }
  return refused("not_valid", "No operator has this number: it is not in a range that is in use.");
}

function parsed(phoneNumber: PhoneNumber): ParsedNumber {
  return { type: "parsed", phoneNumber };
}

function refused(reason: NumberRefusal, detail: string): ParsedNumber {
  return { type: "refused", reason, detail };
}
