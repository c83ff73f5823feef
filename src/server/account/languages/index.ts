import { type Language, languages, type Words } from "../../pages/languages/index.ts";
import { ar } from "./ar.ts";
import { de } from "./de.ts";
import { en, type OwnWords } from "./en.ts";
import { es } from "./es.ts";
import { fa } from "./fa.ts";
import { fr } from "./fr.ts";
import { he } from "./he.ts";
import { hi } from "./hi.ts";
import { id } from "./id.ts";
import { it } from "./it.ts";
import { ja } from "./ja.ts";
import { ko } from "./ko.ts";
import { nl } from "./nl.ts";
import { pl } from "./pl.ts";
import { pt } from "./pt.ts";
import { ru } from "./ru.ts";
import { tr } from "./tr.ts";
import { uk } from "./uk.ts";
import { vi } from "./vi.ts";
import { zh } from "./zh.ts";

/** Every sentence that an account page may say: those of the verification page are among them. */
export type AccountWords = Words & OwnWords;
export type AccountWordName = keyof AccountWords;

/** A language of the account pages. */
export interface AccountLanguage extends Language {
  readonly words: AccountWords;
}

/** By the tags of the verification page's languages: whoever speaks that one speaks this one. */
const own: Readonly<Record<string, OwnWords>> = {
  ar,
  de,
  en,
  es,
  fa,
  fr,
  he,
  hi,
  id,
  it,
  ja,
  ko,
  nl,
  pl,
  pt,
  ru,
  tr,
  uk,
  vi,
  zh,
};

export const accountLanguages: readonly AccountLanguage[] = languages.map((language) => {
  const words = own[language.tag];
  if (words === undefined) throw new TypeError(`the account pages have no words in ${language.tag}`);
  return { ...language, words: { ...language.words, ...words } };
});

export function accountLanguage({ tag }: Language): AccountLanguage {
  return accountLanguages.find((one) => one.tag === tag) as AccountLanguage;
}
