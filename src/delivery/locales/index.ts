import type { LanguageTexts, Words } from "./language-texts.ts";
import { languages } from "./languages.ts";

export type { LanguageTexts, Words } from "./language-texts.ts";
export { languages } from "./languages.ts";

/** The words of one locale: those of its language, with what its region changes. */
export interface LocaleWords extends Words {
  readonly language: string;
  readonly direction: "ltr" | "rtl";
  readonly between: string;
  readonly digitSeparator: string;
}

/** By lower-case tag: languages, other names of theirs, and the regions that differ. */
const byTag: ReadonlyMap<string, LocaleWords> = new Map(
  languages.flatMap((one) => {
    const words = wordsOf(one);
    const tags = [one.language, ...(one.also ?? [])].map((tag) => [tag.toLowerCase(), words] as const);
    const regional = (one.regions ?? []).flatMap(({ of, ...changed }) =>
      of.map((tag) => [tag.toLowerCase(), { ...words, ...changed }] as const),
    );
    return [...tags, ...regional];
  }),
);

function wordsOf(texts: LanguageTexts): LocaleWords {
  const { also, locales, encoding, reviewedByASpeaker, regions, ...words } = texts;
  return { ...words, between: texts.between ?? " ", digitSeparator: texts.digitSeparator ?? ", " };
}

/** What a reader of any language gets where there is nothing nearer. */
export const lastResort = "en";

/**
 * The words for a locale: its own, else those of the nearest less special tag (RFC 4647, 3.4: `zh-Hant-HK`, then
 * `zh-Hant`, then `zh`); undefined where we have none in the language.
 */
export function wordsIn(locale: string): LocaleWords | undefined {
  for (const tag of narrowing(locale)) {
    const words = byTag.get(tag);
    if (words !== undefined) return words;
  }
  return undefined;
}

/** The tag in lower case, then shorter and shorter. */
export function narrowing(locale: string): readonly string[] {
  const parts = locale.toLowerCase().split("-");
  const tags: string[] = [];
  while (parts.length > 0) {
    tags.push(parts.join("-"));
    parts.pop();
    // A single letter only announces what comes after it.
    if (parts.at(-1)?.length === 1) parts.pop();
  }
  return tags;
}

export const localeLengthMax = 35;

/** Those of ours that are spelt as usual: the platform takes 3 us to find that out. */
const canonicalTags: ReadonlySet<string> = new Set(
  languages.map(({ language }) => language).filter((tag) => Intl.getCanonicalLocales(tag)[0] === tag),
);

/** The usual spelling of a language tag, such as `pt-BR` for `pt-br`; null for what is none (BCP 47). */
export function parseLocale(input: string): string | null {
  if (canonicalTags.has(input)) return input;
  if (input.length > localeLengthMax) return null;
  try {
    return Intl.getCanonicalLocales(input)[0] ?? null;
  } catch {
    return null;
  }
}

/** Regions where the likeliest language, by the number of people who speak it, is not the one to write in. */
const written: Readonly<Record<string, string>> = { IN: "en-IN" };

/** There are fewer than 700 codes of two letters, and the platform takes long to think about each. */
const likelyLocales = new Map<string, string>();

function likelyLocale(region: string): string {
  let likely = likelyLocales.get(region);
  if (likely === undefined) {
    likely = written[region] ?? `${new Intl.Locale(`und-${region}`).maximize().language}-${region}`;
    likelyLocales.set(region, likely);
  }
  return likely;
}

/**
 * The locale that most readers in a region share, by the platform's data; null where a region has none, such as `001`.
 * `isKnown` tells whether there are words in it.
 */
export function localeForRegion(
  region: string,
  isKnown = (locale: string): boolean => wordsIn(locale) !== undefined,
): string | null {
  if (!/^[A-Z]{2}$/.test(region)) return null;
  const likely = likelyLocale(region);
  return isKnown(likely) ? likely : null;
}
