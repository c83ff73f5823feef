import type { NoticeKind } from "../accounts/index.ts";
import { narrowing } from "./locales/index.ts";
import { type NoticeWords, noticeLanguages } from "./notice-words.ts";

/** The sentence of a notice, with what to do where it was somebody else. */
export function noticeText(
  kind: NoticeKind,
  { locale, brand, link }: { readonly locale: string; readonly brand: string; readonly link: string | null },
): string {
  const words = wordsFor(locale);
  // Whoever says that it was not them is told so; there is nothing to object to.
  if (kind === "disputed") return fill(words.disputed, { brand });
  const remedy = link === null ? words.notYouTell : words.notYou;
  return `${fill(words[kind], { brand })} ${fill(remedy, { brand, link: link ?? "" })}`;
}

export function resetText(values: {
  readonly locale: string;
  readonly brand: string;
  readonly link: string;
  readonly minutes: number;
}): string {
  return fill(wordsFor(values.locale).reset, { ...values, minutes: String(values.minutes) });
}

function wordsFor(locale: string): NoticeWords {
  for (const one of narrowing(locale)) {
    const words = noticeLanguages[one];
    if (words !== undefined) return words;
  }
  return noticeLanguages["en"] as NoticeWords;
}

function fill(template: string, values: Readonly<Record<string, unknown>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => String(values[name] ?? ""));
}
