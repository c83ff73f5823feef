/** Languages that voices of carriers read, by which the language of a text finds its voice. */

/** How texts name a language, where voices name it otherwise (ISO 639-3). */
const otherNames: Readonly<Record<string, string>> = { zh: "cmn", no: "nb", nn: "nb" };

const fallback = "en-US";

/**
 * The voice for a text: of its language and region, else of its language alone, where the first of the list wins. What
 * no voice reads goes to the English one: the digits, which stand one by one, are what matters.
 */
export function voiceFor(locale: string, voices: readonly string[]): string {
  const [language = "", region = ""] = locale.toLowerCase().split("-");
  const name = otherNames[language] ?? language;
  const exact = voices.find((one) => one.toLowerCase() === `${name}-${region}`);
  return exact ?? voices.find((one) => one.toLowerCase().split("-")[0] === name) ?? fallback;
}
