/**
 * The screen in front of the parser (N-2): what people type and paste becomes ASCII digits, and everything that is
 * more than a number is refused. libphonenumber is lenient by design: it picks a number out of a sentence and drops
 * an extension, and then two inputs that mean different things would share one code.
 */

/** Why an input is refused before its digits are looked at. */
export type InputRefusal = "empty" | "input_too_long" | "forbidden_character" | "extension" | "letters";

/** An input reduced to its digits, or the reason why it cannot be. `detail` never repeats the input. */
export type ScreenedInput =
  | { readonly type: "screened"; readonly international: boolean; readonly digits: string }
  | { readonly type: "refused"; readonly reason: InputRefusal; readonly detail: string };

/** Longest input looked at (N-2). The longest number in its most generous spelling has about 30 characters. */
const phoneNumberInputCharactersMax = 64;

// The digit zero of each script whose digits are in everyday use; the other nine follow it in Unicode. The library
// knows the first three only, so Devanagari would be refused without this table (N-1).
const zeros: readonly number[] = [
  0xff10, // full-width
  0x0660, // Arabic-Indic
  0x06f0, // extended Arabic-Indic (Persian, Urdu)
  0x0966, // Devanagari
  0x07c0, // N'Ko
  0x09e6, // Bengali
  0x0a66, // Gurmukhi
  0x0ae6, // Gujarati
  0x0b66, // Odia
  0x0be6, // Tamil
  0x0c66, // Telugu
  0x0ce6, // Kannada
  0x0d66, // Malayalam
  0x0e50, // Thai
  0x0ed0, // Lao
  0x0f20, // Tibetan
  0x1040, // Myanmar
  0x17e0, // Khmer
  0x1810, // Mongolian
];

const telScheme = /^ *tel:/i;
// Spaces, and the dashes, dots, slashes and brackets of libphonenumber's VALID_PUNCTUATION. Left out of it on purpose:
// its tildes (they mark an extension) and its invisible format characters.
const separator = /[\p{Zs}\-\u2010-\u2015\u2212\u30fc\uff0d./\uff0e\uff0f()[\]\uff08\uff09\uff3b\uff3d]/u;
const unprintable = /[\p{C}\p{Zl}\p{Zp}]/u;
const letter = /[\p{L}\p{M}]/u;
const extension =
  /\p{Nd}[\p{Zs}.)-]*(?:;\p{Zs}*ext|[;,#\uff03~\uff5e]|e?xt|[x\uff58]|\uff45\uff58\uff54|int|доб|anexo)[\p{L}\p{M}\p{Zs}.:=,;#\uff03-]*\p{Nd}+\p{Zs}*[#\uff03]?$|\p{Nd}[#\uff03]$/iu;

/**
 * Reduces a phone number as typed to its digits. A `tel:` scheme, separators and a leading plus sign are understood;
 * extensions, letters, control and bidirectional characters and anything else are refused.
 */
export function screenPhoneNumberInput(input: string): ScreenedInput {
  if (typeof input !== "string" || input === "") {
    return refused("empty", "There is no phone number.");
  }
  if (input.length > phoneNumberInputCharactersMax) {
    return refused("input_too_long", `The input is longer than ${phoneNumberInputCharactersMax} characters.`);
  }
  const text = input.replace(telScheme, "");
  let digits = "";
  let international = false;
  for (const character of text) {
    const digit = digitOf(character);
    if (digit !== undefined) {
      digits += digit;
    } else if ((character === "+" || character === "\uff0b") && !international && digits === "") {
      international = true;
    } else if (!separator.test(character)) {
      return refuseText(text);
    }
  }
  if (digits === "") {
    return refused("empty", "The input has no digits.");
  }
  return { type: "screened", international, digits };
}

function digitOf(character: string): string | undefined {
  if (character >= "0" && character <= "9") {
    return character;
  }
  const code = character.charCodeAt(0);
  const zero = zeros.find((candidate) => code >= candidate && code <= candidate + 9);
  return zero === undefined ? undefined : String(code - zero);
}

function refuseText(text: string): ScreenedInput {
  const hidden = unprintable.exec(text)?.[0];
  if (hidden !== undefined) {
    // Contact lists wrap copied numbers in U+202A and U+202C; the code point tells the user what cannot be seen.
    return refused(
      "forbidden_character",
      `The input has an invisible or control character, ${codePoint(hidden)}.`,
    );
  }
  if (extension.test(text)) {
    return refused("extension", "The number has an extension; a code cannot be sent to one.");
  }
  if (letter.test(text)) {
    return refused("letters", "The number has letters; write it in digits.");
  }
  return refused("forbidden_character", "The input has a character that phone numbers do not have.");
}

function codePoint(character: string): string {
  const hexadecimal = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
  return `U+${hexadecimal.padStart(4, "0")}`;
}

function refused(reason: InputRefusal, detail: string): ScreenedInput {
  return { type: "refused", reason, detail };
}
