import { ar } from "./ar.ts";
import { de } from "./de.ts";
import { en, type WordName, type Words } from "./en.ts";
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

export type { WordName, Words };

/** A language of the pages. */
export interface Language {
  /** BCP 47. */
  readonly tag: string;
  readonly direction: "ltr" | "rtl";
  readonly words: Words;
  /** Whether somebody who speaks it has read it. */
  readonly isReviewed: boolean;
}

/** Every language that the pages speak. */
export const languages: readonly Language[] = [
  { tag: "ar", direction: "rtl", words: ar, isReviewed: false },
  { tag: "de", direction: "ltr", words: de, isReviewed: false },
  { tag: "en", direction: "ltr", words: en, isReviewed: true },
  { tag: "es", direction: "ltr", words: es, isReviewed: false },
  { tag: "fa", direction: "rtl", words: fa, isReviewed: false },
  { tag: "fr", direction: "ltr", words: fr, isReviewed: false },
  { tag: "he", direction: "rtl", words: he, isReviewed: false },
  { tag: "hi", direction: "ltr", words: hi, isReviewed: false },
  { tag: "id", direction: "ltr", words: id, isReviewed: false },
  { tag: "it", direction: "ltr", words: it, isReviewed: false },
  { tag: "ja", direction: "ltr", words: ja, isReviewed: false },
  { tag: "ko", direction: "ltr", words: ko, isReviewed: false },
  { tag: "nl", direction: "ltr", words: nl, isReviewed: false },
  { tag: "pl", direction: "ltr", words: pl, isReviewed: false },
  { tag: "pt", direction: "ltr", words: pt, isReviewed: false },
  { tag: "ru", direction: "ltr", words: ru, isReviewed: false },
  { tag: "tr", direction: "ltr", words: tr, isReviewed: false },
  { tag: "uk", direction: "ltr", words: uk, isReviewed: false },
  { tag: "vi", direction: "ltr", words: vi, isReviewed: false },
  { tag: "zh", direction: "ltr", words: zh, isReviewed: false },
];
