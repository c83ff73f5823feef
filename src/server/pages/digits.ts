/** Where the ten digits of a script begin, of those that telephones in our languages offer, and of full width. */
const zeros = [0x0660, 0x06f0, 0x0966, 0x09e6, 0x0e50, 0xff10];

const plain = /^[ -~]*$/;

const codeLengthMax = 64;

/** The code that somebody typed into a form: as ASCII, and no longer than any code is. */
export function typedCode(given: string | undefined): string {
  return asciiDigits(given ?? "")
    .trim()
    .slice(0, codeLengthMax);
}

/** Digits of any of these scripts as ASCII: a person types what the keyboard has, and the API takes ASCII (C-09). */
export function asciiDigits(text: string): string {
  if (plain.test(text)) return text;
  return text.replace(/\p{Nd}/gu, (digit) => {
    const point = digit.codePointAt(0) ?? 0;
    const zero = zeros.find((one) => point >= one && point < one + 10);
    return zero === undefined ? digit : String(point - zero);
  });
}
