import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import type { NumberType } from "./number-type.ts";
import { nonGeographicRegion } from "./numbering-plan.ts";
import type { E164, PhoneNumber } from "./phone-number.ts";

/** One number in the usual written forms. Each form, parsed again with its region, gives the same number. */
export interface NumberFormats {
  readonly e164: E164;
  /** ITU-T E.123, international: `+1 678 555 1212`. */
  readonly international: string;
  /** As dialled within the country: `(678) 555-1212`. */
  readonly national: string;
  /** A `tel:` URI. */
  readonly rfc3966: string;
}

/** What the metadata alone knows about a number: nobody is asked and nothing is sent. */
export interface NumberDescription {
  readonly formats: NumberFormats;
  readonly region: string;
  /** In English. */
  readonly regionName: string;
  readonly countryCallingCode: string;
  readonly numberType: NumberType;
  /** One type, or several where the numbering plan does not tell them apart. */
  readonly possibleTypes: readonly NumberType[];
}

/** Made when it is first needed: that takes 10 ms, and most processes describe no number. */
let regionNames: Intl.DisplayNames | null = null;

function regionNameOf(region: string): string {
  regionNames ??= new Intl.DisplayNames(["en"], { type: "region", fallback: "code" });
  return regionNames.of(region) ?? region;
}

/** As people read it, ITU-T E.123: `+1 678 555 1212`; a text that is no number stays as it is. */
export function internationalForm(e164: string): string {
  return parsePhoneNumberFromString(e164)?.formatInternational() ?? e164;
}

/** Formats, region and line type of a number, for `GET /numbers/{number}` and the console. */
export function describeNumber(phoneNumber: PhoneNumber): NumberDescription {
  const { e164, region, countryCallingCode, numberType, nationalNumber } = phoneNumber;
  const formatted = parsePhoneNumberFromString(e164);
  return {
    formats: {
      e164,
      international: formatted?.formatInternational() ?? e164,
      national: formatted?.formatNational() ?? nationalNumber,
      rfc3966: `tel:${e164}`,
    },
    region,
    regionName: region === nonGeographicRegion ? "International" : regionNameOf(region),
    countryCallingCode,
    numberType,
    possibleTypes: numberType === "fixed_line_or_mobile" ? ["fixed_line", "mobile"] : [numberType],
  };
}
