const rightToLeftScripts: ReadonlySet<string> = new Set([
  "Adlm",
  "Arab",
  "Hebr",
  "Mand",
  "Nkoo",
  "Rohg",
  "Syrc",
  "Thaa",
]);
const rightToLeftLetter =
  /[\p{Script=Adlam}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Nko}\p{Script=Syriac}\p{Script=Thaana}]/u;

export type Direction = "ltr" | "rtl";

/** The direction in which a language is written, by the script that it is usually written in. */
export function directionOf(locale: string): Direction {
  return rightToLeftScripts.has(new Intl.Locale(locale).maximize().script ?? "") ? "rtl" : "ltr";
}

/**
 * The code, so that it reads from left to right whatever stands around it. In an Arabic text the isolate also keeps a
 * code that begins with a Latin letter from turning the whole line around (UAX 9, rule P2).
 */
export function isolatedCode(code: string, direction: Direction): string {
  return direction === "rtl" ? `\u2066${code}\u2069` : code;
}

/** A name in whatever script: it has a direction of its own and changes none around it. */
export function isolated(value: string, direction: Direction): string {
  return direction === "rtl" || rightToLeftLetter.test(value) ? `\u2068${value}\u2069` : value;
}
