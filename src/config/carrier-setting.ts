import { oneSecret, type Setting, text } from "./setting.ts";

/** What the settings of carriers are made with. */

export const number = "a number in E.164, such as +12065550100";
export const numberOrName = `${number}, or a name of at most 11 letters and digits`;

/** What a console shows and nobody has to hide. */
export function credential(name: string, description: string): Setting<string | null> {
  return named(name, description, "what the carrier's console shows", (given) =>
    /^[\x21-\x7e]{1,256}$/.test(given) ? null : "allowed are printable characters without spaces",
  );
}

/** A setting without a default. */
export function named(
  name: string,
  description: string,
  allowed: string,
  problemOf: (given: string) => string | null,
): Setting<string | null> {
  return text<string | null>(
    { environment: `COUNTERSIGN_${name}`, description, allowed, default: null, defaultText: "none" },
    problemOf,
  );
}

/** What nobody may see. */
export function secretOf(
  name: string,
  description: string,
  allowed = "what the carrier's console shows",
  isAllowed: (given: string) => boolean = (given) => given !== "",
): ReturnType<typeof oneSecret> {
  return oneSecret(
    {
      environment: `COUNTERSIGN_${name}`,
      description,
      allowed,
      default: null,
      defaultText: "none",
    },
    (given) => (isAllowed(given.reveal()) ? null : `allowed is ${allowed}`),
  );
}

/** Who messages come from. */
export function sender(
  name: string,
  description: string,
  allowed: string,
  isAllowed: (given: string) => boolean,
): Setting<string | null> {
  return named(name, description, allowed, (given) => (isAllowed(given) ? null : `allowed is ${allowed}`));
}

export function isNumber(given: string): boolean {
  return /^\+[1-9]\d{6,14}$/.test(given);
}

export function isNumberOrName(given: string): boolean {
  return isNumber(given) || /^(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}$/.test(given);
}

/** Credentials go there: in the clear to this machine only. */
export function address(name: string, carrier: string, standard: string): Setting<string> {
  return text<string>(
    {
      environment: `COUNTERSIGN_${name}`,
      description: `${carrier}: where its API is. Change it to try a stand-in (\`countersign sandbox serve\`).`,
      allowed: addressAllowed,
      default: standard,
    },
    addressProblem,
  );
}

export const addressAllowed = "an https address, or an http one of this machine";

export function addressProblem(given: string): string | null {
  const url = URL.canParse(given) ? new URL(given) : null;
  const isLocal = url?.protocol === "http:" && /^(127\.|localhost$|\[::1\]$)/.test(url.hostname);
  const isPlain = url?.search === "" && url.hash === "" && url.username === "" && !given.endsWith("/");
  if (isPlain && (isLocal || url?.protocol === "https:")) return null;
  return `allowed is ${addressAllowed}, without a slash at its end`;
}
