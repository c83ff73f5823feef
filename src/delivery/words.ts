/**
 * Letters, digits, spaces and little else, an apostrophe and a dash as typesetters write them among it (O-7): a brand
 * can never start a line of its own (C-25).
 */
const brandPattern = /^[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N} &'\u2019._!+\u2013-]{0,19}$/u;

/**
 * What phones turn into a link: a name with a dot and letters behind it, or a scheme (C-28). Whatever follows: a link
 * also ends at a question mark, a bracket or a comma. The ideographic and full-width dots count, since IDNA reads them so.
 */
const linkPattern = /:\/\/|www\.|[\p{L}\p{N}-][.\u3002\uff0e\uff61]\p{L}{2,}/iu;

/**
 * What shows as nothing, as something else on each phone, or turns the direction of a text around: controls, format
 * characters, halves of a surrogate pair, characters of private use or of none, and letters and marks that are blank,
 * such as the Hangul fillers, which Unicode lists as ignorable, and the empty Braille cell, which it does not.
 */
const unreadablePattern = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;
/** Two names that differ in the kind of a space only look the same, and are not. */
const oddSpacePattern = /[^\P{Zs} ]/u;
const controlPattern = /\p{Cc}/u;

/** What is wrong with a text that people will read, if anything; its length is its caller's business (S-6). */
export function wordsProblem(text: string): string | null {
  if (text.trim() === "") return "must not be blank";
  if (unreadablePattern.test(text)) {
    return "must be readable as it is: it has a control character, one that shows as nothing, or half of a surrogate pair";
  }
  if (oddSpacePattern.test(text)) return "must have plain spaces (U+0020) only";
  return linkPattern.test(text) ? "must not look like a link" : null;
}

/** What is wrong with the name that messages speak for, if anything. */
export function brandProblem(brand: string): string | null {
  // Some fillers count as letters, and half of a surrogate pair as a character.
  if (!brandPattern.test(brand) || unreadablePattern.test(brand)) {
    return "must be 1 to 20 letters, digits, spaces or & ' . _ ! + -";
  }
  return linkPattern.test(brand) ? "must not look like a link" : null;
}

const visiblePattern = /[!-~]/;
const unreadableEverywhere = new RegExp(unreadablePattern, "gu");

/**
 * What is wrong with a caller's own id or reference, if anything. It is never shown to the person who is verified, but
 * compared: what UTF-8 cannot hold would equal everything else that it cannot.
 */
export function referenceProblem(text: string): string | null {
  if (!text.isWellFormed()) return "must be well-formed Unicode: it has half of a surrogate pair";
  if (controlPattern.test(text)) return "must not have control characters";
  // Nearly every id has one of these, and the search for what nobody can read takes ten times as long.
  if (visiblePattern.test(text)) return null;
  return text.replace(unreadableEverywhere, "").trim() === "" ? "must not be blank" : null;
}
