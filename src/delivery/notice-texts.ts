import type { NoticeKind } from "../accounts/index.ts";
import { narrowing } from "./locales/index.ts";
import { type NoticeLanguage, noticeLanguages } from "./notices/index.ts";
import { isolated } from "./text-direction.ts";

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
  const values = { brand: isolated(brand, words.direction), link: link ?? "" };
  const said = fill(words[kind], values);
  const subject = withoutStop(said);
  // Whoever says that it was not them is told so; there is nothing to object to.
  if (kind === "disputed") return { subject, text: said };
  const remedy = fill(link === null ? words.notYouTell : words.notYou, values);
  return { subject, text: `${said}${words.between ?? " "}${remedy}` };
}

export function resetText({
  locale,
  brand,
  link,
  minutes,
}: {
  readonly locale: string;
  readonly brand: string;
  readonly link: string;
  readonly minutes: number;
}): NoticeText {
  const words = wordsFor(locale);
  const values = { brand: isolated(brand, words.direction), link, minutes: String(minutes) };
  return { text: fill(words.reset, values), subject: fill(words.resetSubject, values) };
}

const byLanguage: ReadonlyMap<string, NoticeLanguage> = new Map(
  noticeLanguages.map((one) => [one.language, one]),
);

/** The nearest words; where there are none, English. */
function wordsFor(locale: string): NoticeLanguage {
  const found = narrowing(locale).find((one) => byLanguage.has(one)) ?? "en";
  return byLanguage.get(found) as NoticeLanguage;
}

/** A subject is no sentence. */
function withoutStop(sentence: string): string {
  return sentence.replace(/[.。।]$/u, "");
}

function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => values[name] ?? "");
}
