import type { Autofill, Channel, Payment } from "../verification/index.ts";
import { type LocaleWords, lastResort, narrowing, wordsIn } from "./locales/index.ts";
import { countSegments, type Segments } from "./segments.ts";
import { amountFor } from "./text-amount.ts";
import { autofillEnd, retrieverBytes, retrieverBytesMax } from "./text-autofill.ts";
import { type Direction, directionOf, isolated, isolatedCode } from "./text-direction.ts";
import { fill, type TemplateKind, type Templates, type Values } from "./text-template.ts";
import { transliterate } from "./text-transliteration.ts";

export interface TextInput {
  readonly channel: Channel;
  readonly code: string;
  readonly brand: string;
  readonly payment: Payment | null;
  /** How long the code still works. */
  readonly minutes: number;
  /** BCP 47; where there are no words in it, those of its language, else English. */
  readonly locale: string;
  /** How a browser or app recognizes an SMS as its own. */
  readonly autofill?: Autofill | undefined;
  /** The service's own words; they come before ours in the same language. */
  readonly templates?: Templates | undefined;
  /** Whether typographic characters make way for those of GSM-7 where that makes the message smaller (O-7). */
  readonly transliterate?: boolean | undefined;
}

export interface RenderedText {
  readonly text: string;
  /** Of an e-mail. */
  readonly subject?: string;
  /** Of the words, for the voice that reads them: what was asked for, or what stood in for it. */
  readonly locale: string;
  /** What the text takes as an SMS. */
  readonly segments: Segments;
}

/** Where the words of a text come from. */
interface Source {
  readonly locale: string;
  readonly direction: Direction;
  /** Ours in this language, or English where we have none: for what a template does not say. */
  readonly words: LocaleWords;
  readonly template: string | undefined;
}

/**
 * The words of a delivery: the code comes first, the brand is named, there is no link but a bound last line.
 * A template that does not fit with these values (a brand or payee longer than its author thought of) gives way to
 * our own words.
 */
export function renderText(input: TextInput): RenderedText {
  const text = renderNearest(input);
  if (input.templates === undefined || textSizeProblem(input, text) === null) return text;
  return renderNearest({ ...input, templates: undefined });
}

/** The same without anything that gives way: what a template makes of the values, however long. */
export function renderNearest(input: TextInput): RenderedText {
  const kind = kindOf(input.channel, input.payment);
  return render(input, kind, sourceOf(input, kind));
}

const segmentsMax = 2;
const spokenLengthMax = 1_000;

/** What is wrong with the size of a text, if anything. Nothing is ever cut to fit (S-6). */
export function textSizeProblem(input: TextInput, { text, segments }: RenderedText): string | null {
  if (input.channel === "voice") {
    return text.length > spokenLengthMax ? `makes the call longer than ${spokenLengthMax} characters` : null;
  }
  if (input.channel === "email") return null;
  if (segments.count > segmentsMax) {
    return `makes the message ${segments.count} SMS segments long; at most ${segmentsMax} are allowed`;
  }
  if (input.autofill?.platform !== "android") return null;
  const bytes = retrieverBytes(text);
  if (bytes <= retrieverBytesMax) return null;
  return `makes the message ${bytes} bytes long; Android's SMS Retriever reads at most ${retrieverBytesMax}`;
}

function kindOf(channel: Channel, payment: Payment | null): TemplateKind {
  if (channel === "voice") return payment === null ? "voice" : "paymentVoice";
  return payment === null ? "sms" : "paymentSms";
}

/** The nearest words: the service's in this language, then ours, then the service's English, then ours. */
function sourceOf({ locale, templates }: TextInput, kind: TemplateKind): Source {
  const shipped = wordsIn(locale);
  const template = templateIn(templates, locale, kind);
  const words = shipped ?? english;
  if (template !== undefined) {
    const direction = shipped === undefined ? directionOf(locale) : shipped.direction;
    return { locale, direction, words, template };
  }
  if (shipped !== undefined) return { locale, direction: shipped.direction, words, template: undefined };
  return {
    locale: lastResort,
    direction: "ltr",
    words,
    template: templateIn(templates, lastResort, kind),
  };
}

const english = wordsIn(lastResort) as LocaleWords;

function templateIn(
  templates: Templates | undefined,
  locale: string,
  kind: TemplateKind,
): string | undefined {
  if (templates === undefined) return undefined;
  const tags = Object.keys(templates);
  for (const wanted of narrowing(locale)) {
    const tag = tags.find((one) => one.toLowerCase() === wanted);
    const template = tag === undefined ? undefined : templates[tag]?.[kind];
    if (template !== undefined) return template;
  }
  return undefined;
}

function render(input: TextInput, kind: TemplateKind, source: Source): RenderedText {
  const values = valuesFor(input, source);
  const asWritten = compose(input, kind, source, values, (text) => text);
  if (input.transliterate !== true || asWritten.segments.encoding === "gsm7") return asWritten;
  const lighter = compose(
    input,
    kind,
    source,
    { ...values, brand: transliterate(values.brand) },
    transliterate,
  );
  return lighter.segments.encoding === "gsm7" ? lighter : asWritten;
}

function valuesFor(input: TextInput, { direction, locale, words }: Source): Values {
  const { code, brand, payment } = input;
  const minutes = String(input.minutes);
  if (input.channel === "voice") {
    return {
      // One by one: a voice would make a number in the thousands of them.
      code: [...code].join(words.digitSeparator),
      brand,
      minutes,
      amount: payment === null ? "" : amountFor(payment.amount, locale, "name"),
      payee: payment?.payee ?? "",
    };
  }
  return {
    code: isolatedCode(code, direction),
    brand: isolated(brand, direction),
    minutes,
    amount: payment === null ? "" : isolated(amountFor(payment.amount, locale, "code"), direction),
    payee: payment === null ? "" : isolated(payment.payee, direction),
  };
}

function compose(
  input: TextInput,
  kind: TemplateKind,
  { words, template, locale }: Source,
  values: Values,
  change: (template: string) => string,
): RenderedText {
  const base = fill(change(template ?? words[kind]), values);
  if (input.channel === "voice") return { text: base, locale, segments: countSegments(base) };
  const extras = template === undefined ? [fill(expiry(words, input.minutes), values), words.doNotShare] : [];
  if (input.channel === "email") {
    // Nobody pays for its length.
    const text = [base, ...extras].join(words.between);
    return { text, subject: fill(words.subject, values), locale, segments: countSegments(text) };
  }
  const { autofill } = input;
  const end = autofill === undefined || input.channel !== "sms" ? "" : autofillEnd(autofill, input.code);
  return { ...fullest(base, extras, words.between, end, autofill), locale };
}

/**
 * As many of the extra sentences as cost nothing: they make no further segment, nor an SMS Retriever blind (O-6, A-11).
 */
function fullest(
  base: string,
  extras: readonly string[],
  between: string,
  end: string,
  autofill: Autofill | undefined,
): { readonly text: string; readonly segments: Segments } {
  const whole = [base, ...extras].join(between) + end;
  const segments = countSegments(whole);
  const isTooLong = (text: string): boolean =>
    autofill?.platform === "android" && retrieverBytes(text) > retrieverBytesMax;
  if (segments.count === 1 && !isTooLong(whole)) return { text: whole, segments };
  let text = base;
  let best = { text: base + end, segments: countSegments(base + end) };
  for (const extra of extras) {
    const longer = text + between + extra;
    const next = { text: longer + end, segments: countSegments(longer + end) };
    if (next.segments.count > best.segments.count || isTooLong(next.text)) continue;
    text = longer;
    best = next;
  }
  return best;
}

/** By language and minutes, of which there are as many as lifetimes of codes: asking the rules takes a microsecond. */
const expiries = new Map<LocaleWords, Map<number, string>>();

function expiry(words: LocaleWords, minutes: number): string {
  const known = expiries.get(words)?.get(minutes);
  if (known !== undefined) return known;
  const found = words.expires[new Intl.PluralRules(words.language).select(minutes)] ?? words.expires.other;
  const ofLanguage = expiries.get(words) ?? new Map<number, string>();
  expiries.set(words, ofLanguage.set(minutes, found));
  return found;
}
