import { type ParsedNumber, regions } from "../../../numbers/index.ts";
import type { Parameters } from "./parameters.ts";

/**
 * A number as this vendor's callers write it: international with a plus sign, two zeros or nothing in front, or national
 * where they name a country.
 */
export function readNumber(
  parameters: Parameters,
  given: string,
  parse: (input: string, defaultRegion?: string) => ParsedNumber,
): ParsedNumber | "countryInvalid" {
  const country = parameters.get("country")?.toUpperCase();
  if (country !== undefined && !regions.has(country)) return "countryInvalid";
  const digits = given.replace(/^(?:\+|00)/, "");
  const isInternational = digits !== given;
  if (country !== undefined && !isInternational) {
    const national = parse(given, country);
    if (national.type === "parsed") return national;
  }
  return parse(`+${digits}`);
}
