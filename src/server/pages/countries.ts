import { callingCodeOf, regions } from "../../numbers/index.ts";
import { accepted } from "./language.ts";

export interface Country {
  /** ISO 3166-1 alpha-2. */
  readonly region: string;
  readonly name: string;
  /** Without the plus sign. */
  readonly callingCode: string;
}

/** One list a language, made when it is first asked for. */
const lists = new Map<string, readonly Country[]>();

/** Every country and territory with phone numbers, by its name in this language. */
export function countriesIn(language: string): readonly Country[] {
  const known = lists.get(language);
  if (known !== undefined) return known;
  const names = new Intl.DisplayNames([language, "en"], { type: "region" });
  const { compare } = new Intl.Collator(language);
  const list = [...regions]
    .map((region) => ({ region, name: names.of(region) ?? region, callingCode: callingCodeOf(region) }))
    .sort((a, b) => compare(a.name, b.name));
  lists.set(language, list);
  return list;
}

/** Where somebody who reads this is likely to be; empty where nothing tells. */
export function likelyCountry(acceptLanguage: string | undefined): string {
  for (const tag of accepted(acceptLanguage)) {
    const region = new Intl.Locale(tag).maximize().region;
    if (region !== undefined && regions.has(region)) return region;
  }
  return "";
}
