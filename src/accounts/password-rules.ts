/** Lengths in code points, after NFC (P-1, NIST SP 800-63B-4 3.1.1.2). */
export const passwordLengths = { withSecond: 8, alone: 15 } as const;
export const passwordBytesMax = 256;

export type PasswordProblem =
  | { readonly reason: "malformed" }
  | { readonly reason: "tooShort"; readonly least: number }
  | { readonly reason: "tooLong"; readonly mostBytes: number }
  | { readonly reason: "tooCommon" }
  /** Little more than a word that an attacker would try first: the user name, the brand. */
  | { readonly reason: "containsContext"; readonly word: string };

/** The form in which a password is judged and hashed: however a keyboard composed it, it is the same one. */
export function canonicalPassword(given: string): string {
  return given.normalize("NFC");
}

/** Why a new password is refused; null for a good one. Nothing is asked of its composition. */
export function passwordProblem(
  given: string,
  rules: {
    readonly isAlone: boolean;
    readonly context: readonly string[];
    readonly isCommon: (password: string) => boolean;
  },
): PasswordProblem | null {
  // Half a surrogate pair would be hashed as a replacement character, like any other half.
  if (!given.isWellFormed() || given.includes("\0")) return { reason: "malformed" };
  const password = canonicalPassword(given);
  if (utf8Bytes(password) > passwordBytesMax) return { reason: "tooLong", mostBytes: passwordBytesMax };
  const least = rules.isAlone ? passwordLengths.alone : passwordLengths.withSecond;
  if ([...password].length < least) return { reason: "tooShort", least };
  if (rules.isCommon(password.toLowerCase())) return { reason: "tooCommon" };
  const word = rules.context.find((one) => isLittleMoreThan(password, one));
  return word === undefined ? null : { reason: "containsContext", word };
}

const contextWordLeast = 4;
const besideContextLeast = 5;

function isLittleMoreThan(password: string, word: string): boolean {
  const folded = canonicalPassword(word).toLowerCase();
  if ([...folded].length < contextWordLeast) return false;
  const rest = password.toLowerCase().replaceAll(folded, "");
  return rest.length < password.length && [...rest].length < besideContextLeast;
}

function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}
