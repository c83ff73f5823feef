/**
 * Alphabets of codes. `crockford` and `letters` have no look-alikes: what people confuse is read as the character
 * they must have meant.
 */
export const alphabets = {
  decimal: "0123456789",
  hex: "0123456789ABCDEF",
  /** Crockford's base 32: no I, L, O, U. */
  crockford: "0123456789ABCDEFGHJKMNPQRSTVWXYZ",
  /** Letters that no digit and no other letter looks like. */
  letters: "ACDEFGHJKMNPQRTVWXY",
} as const;

export type AlphabetName = keyof typeof alphabets;

/** What a submitted code must look like. A code that the caller supplied is matched as given. */
export type CodeFormat =
  | { readonly type: "derived"; readonly alphabet: AlphabetName; readonly length: number }
  | { readonly type: "supplied" };

export const submittedCodeLengthMax = 64;

/** Only the confusions of Crockford's base 32: O is 0, I and L are 1. A code of digits knows none (C-09). */
const lookAlikes: ReadonlyMap<string, string> = new Map([
  ["O", "0"],
  ["I", "1"],
  ["L", "1"],
]);

/**
 * Reads what a person typed: spaces and dashes (ASCII) are dropped, our own letters ignore case and look-alikes.
 * Returns null for what cannot be a code of this format (C-09): that costs no guess, since nothing was compared.
 */
export function parseSubmittedCode(input: string, format: CodeFormat): string | null {
  if (input.length > submittedCodeLengthMax) return null;
  if (format.type === "supplied") return input.length > 0 ? input : null;
  const compact = input.replaceAll(/[ -]/g, "");
  if (compact.length !== format.length) return null;
  const alphabet: string = alphabets[format.alphabet];
  const isDecimal = format.alphabet === "decimal";
  let code = "";
  for (const typed of isDecimal ? compact : compact.toUpperCase()) {
    const meant = alphabet.includes(typed) || isDecimal ? typed : (lookAlikes.get(typed) ?? "");
    if (meant === "" || !alphabet.includes(meant)) return null;
    code += meant;
  }
  return code.length === format.length ? code : null;
}
