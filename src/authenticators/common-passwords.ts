import { readFileSync } from "node:fs";
import { join } from "node:path";

let common: ReadonlySet<string> | null = null;

/**
 * Whether a password, in lower case, is one of those tried first (P-2): those of eight characters and more among the
 * 20,000 most common of the lists that zxcvbn made from leaks (MIT). Shorter ones are refused for their length.
 */
export function isCommonPassword(password: string): boolean {
  common ??= new Set(
    readFileSync(join(import.meta.dirname, "common-passwords.txt"), "utf8")
      .trimEnd()
      .split("\n"),
  );
  return common.has(password);
}
