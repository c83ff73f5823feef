/** What means the same in GSM-7. Nothing here loses a letter: `ç` stays, and costs what it costs (O-7). */
const equivalents: ReadonlyMap<string, string> = new Map([
  ["\u2018", "'"],
  ["\u2019", "'"],
  ["\u201a", "'"],
  ["\u201b", "'"],
  ["\u2032", "'"],
  ["\u201c", '"'],
  ["\u201d", '"'],
  ["\u201e", '"'],
  ["\u201f", '"'],
  ["\u2033", '"'],
  ["\u00a0", " "],
  ["\u2002", " "],
  ["\u2003", " "],
  ["\u2007", " "],
  ["\u2009", " "],
  ["\u200a", " "],
  ["\u202f", " "],
  ["\u2010", "-"],
  ["\u2011", "-"],
  ["\u2012", "-"],
  ["\u2013", "-"],
  ["\u2014", "-"],
  ["\u2212", "-"],
  ["\u2026", "..."],
]);

const anyOfThem = new RegExp(`[${[...equivalents.keys()].join("")}]`, "gu");

/** Typographic quotes, dashes, spaces and dots as their equivalents in GSM-7. All else stays. */
export function transliterate(text: string): string {
  return text.replace(anyOfThem, (one) => equivalents.get(one) ?? one);
}
