import { en, type WordName, type Words } from "./en.ts";

export type { WordName, Words };

export interface Language {
  /** BCP 47. */
  readonly tag: string;
  readonly direction: "ltr" | "rtl";
  readonly words: Words;
  /** Whether somebody who speaks it has read it. */
  readonly isReviewed: boolean;
}

export const languages: readonly Language[] = [{ tag: "en", direction: "ltr", words: en, isReviewed: true }];
