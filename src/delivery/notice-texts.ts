import type { NoticeKind } from "../accounts/index.ts";
import { narrowing } from "./locales/index.ts";
import { type NoticeWords, noticeLanguages } from "./notice-words.ts";

/** What an SMS says, and an e-mail below its subject. */
export interface NoticeText {
  readonly text: string;
  readonly subject: string;
}

/** The sentence of a notice, with what to do where it was somebody else. */
export function noticeText(
  kind: NoticeKind,
  { locale, brand, link }: { readonly locale: string; readonly brand: string; readonly link: string | null },
): NoticeText {
  const words = wordsFor(locale);
  const said = fill(words[kind], { brand });
  const subject = withoutStop(said);
  // Whoever says that it was not them is told so; there is nothing to object to.
  if (kind === "disputed") return { subject, text: said };
  const remedy = link === null ? words.notYouTell : words.notYou;
  return { subject, text: `${said} ${fill(remedy, { brand, link: link ?? "" })}` };
}

export function resetText(values: {
  readonly locale: string;
  readonly brand: string;
  readonly link: string;
  readonly minutes: number;
}): NoticeText {
  const { reset, resetSubject } = wordsFor(values.locale);
  const text = fill(reset, { ...values, minutes: String(values.minutes) });
  return { text, subject: fill(resetSubject, values) };
}

function wordsFor(locale: string): NoticeWords {
  for (const one of narrowing(locale)) {
    const words = noticeLanguages[one];
    if (words !== undefined) return words;
  }
  return noticeLanguages["en"] as NoticeWords;
}

/** A subject is no sentence. */
function withoutStop(sentence: string): string {
  return sentence.replace(/[.。।]$/u, "");
}

function fill(template: string, values: Readonly<Record<string, unknown>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => String(values[name] ?? ""));
}
