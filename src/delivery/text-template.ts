/** What a service can word itself. */
export const templateKinds = ["sms", "voice", "paymentSms", "paymentVoice"] as const;
export type TemplateKind = (typeof templateKinds)[number];

/** A service's own words: by locale, then by kind. */
export type Templates = Readonly<Record<string, { readonly [K in TemplateKind]?: string }>>;

const placeholderNames = ["code", "brand", "minutes", "amount", "payee"] as const;
type PlaceholderName = (typeof placeholderNames)[number];

/** What stands for the placeholders. */
export type Values = Readonly<Record<PlaceholderName, string>>;

/**
 * Puts the values in, in one pass: what a value contains is never read as a placeholder. Nothing else is understood
 * (C-27): no expressions, no nesting.
 */
export function fill(template: string, values: Values): string {
  let text = "";
  let isName = false;
  for (const part of partsOf(template)) {
    text += isName ? values[part as PlaceholderName] : part;
    isName = !isName;
  }
  return text;
}

/** The templates filled last, taken apart: every delivery uses the same few. */
const takenApart = new Map<string, readonly string[]>();
const takenApartMax = 512;

/** Words and names of placeholders by turns, words first. */
function partsOf(template: string): readonly string[] {
  const found = takenApart.get(template);
  if (found !== undefined) return found;
  if (takenApart.size >= takenApartMax) takenApart.clear();
  const parts = template.split(/\{(code|brand|minutes|amount|payee)\}/);
  takenApart.set(template, parts);
  return parts;
}

/** The placeholders of a template, in order. */
export function placeholdersOf(template: string): readonly string[] {
  return [...template.matchAll(/\{(\w*)\}/g)].map(([, name]) => name ?? "");
}

export const templateLengthMax = 500;

/** How often a kind has each placeholder; the others are optional, or not known to it. */
const required: Readonly<Record<TemplateKind, Partial<Record<PlaceholderName, readonly [number, number]>>>> =
  {
    sms: { code: [1, 1], brand: [1, 2], minutes: [0, 1] },
    // Said again, since nobody can scroll back in a call (A-12).
    voice: { code: [2, 3], brand: [1, 2], minutes: [0, 1] },
    paymentSms: { code: [1, 1], brand: [1, 2], minutes: [0, 1], amount: [1, 1], payee: [1, 1] },
    paymentVoice: { code: [2, 3], brand: [1, 2], minutes: [0, 1], amount: [1, 2], payee: [1, 2] },
  };

/**
 * Controls, separators of lines, and characters that turn the direction of a text around or are not seen. The two
 * joiners are letters' business in Persian and Indian scripts.
 */
const unprintable = /[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/u;

/** What is wrong with a template, if anything: said to its author when it is saved (C-27, C-28). */
export function templateProblem(kind: TemplateKind, template: string): string | null {
  if (template.length > templateLengthMax) return `has more than ${templateLengthMax} characters`;
  const lines = kind === "sms" || kind === "paymentSms" ? template.split("\n") : [template];
  if (lines.some((line) => unprintable.test(line))) {
    return "has a control character, or one that is invisible or turns the direction of the text around";
  }
  const braces = placeholderProblem(kind, template);
  if (braces !== null) return braces;
  if (lines.length > 1) {
    if (lines[0]?.includes("{code}") !== true) return "must have {code} in its first line";
    // Phones read such a line as bound to a host, and the text may hold one only, with a host that was registered.
    if (lines.some((line) => line.startsWith("@"))) return "must not have a line that begins with @";
  }
  if (looksLikeLink(template)) return "must not contain a link, or what looks like one";
  return null;
}

function placeholderProblem(kind: TemplateKind, template: string): string | null {
  const known = required[kind];
  const found = placeholdersOf(template);
  const unknown = found.find((name) => !Object.hasOwn(known, name));
  const names = Object.keys(known).map((name) => `{${name}}`);
  if (unknown !== undefined) return `knows no {${unknown}}: allowed are ${names.join(", ")}`;
  if (/[{}]/.test(template.replaceAll(/\{\w*\}/g, ""))) {
    return `has a brace that belongs to no placeholder: allowed are ${names.join(", ")}`;
  }
  for (const [name, [min, max]] of Object.entries(known)) {
    const count = found.filter((one) => one === name).length;
    if (count >= min && count <= max) continue;
    return `must have {${name}} ${min === max ? "exactly once" : `${timesWord(min)} to ${timesWord(max)} times`}`;
  }
  return null;
}

function timesWord(count: number): string {
  return ["zero", "one", "two", "three"][count] ?? String(count);
}

/**
 * A name with a dot and letters behind it, or a scheme, around placeholders as well: `{brand}.com` is a link. A full
 * stop of Chinese or Japanese is one between ASCII letters only, since no space follows it in ordinary sentences.
 */
function looksLikeLink(template: string): boolean {
  const sample = template.replaceAll(/\{\w*\}/g, "xx");
  return /:\/\/|www\.|[\p{L}\p{N}-]\.\p{L}{2}|[A-Za-z0-9-][\u3002\uff0e\uff61][A-Za-z]{2}/iu.test(sample);
}
