import { brandProblem, countSegments, renderText } from "../delivery/index.ts";
import { alphabets, type Payment, type Policy } from "../verification/index.ts";

/** What a start puts into the words of its messages. */
export interface StartText {
  readonly brand: string;
  readonly locale: string;
  readonly payment: Payment | null;
  /** The caller's own code, if it made one. */
  readonly code: string | null;
}

export interface TextProblem {
  readonly field: string;
  readonly detail: string;
}

const localePattern = /^[a-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?$/;
const codePattern = /^[A-Za-z0-9]{4,10}$/;
const segmentsMax = 2;

export function localeProblem(locale: string): string | null {
  return localePattern.test(locale) ? null : "must be a BCP 47 language tag such as en or pt-BR";
}

/** What is wrong with the words, if anything. Nothing is ever cut to fit (S-6). */
export function startTextProblem(text: StartText, policy: Policy): TextProblem | null {
  const brand = brandProblem(text.brand);
  if (brand !== null) return { field: "brand", detail: brand };
  const locale = localeProblem(text.locale);
  if (locale !== null) return { field: "locale", detail: locale };
  if (text.code !== null && !codePattern.test(text.code)) {
    return { field: "code", detail: "must be 4 to 10 ASCII letters and digits" };
  }
  if (text.payment === null) return null;
  const sample = renderText({
    channel: "sms",
    code: text.code ?? alphabets[policy.alphabet].slice(-1).repeat(policy.codeLength),
    brand: text.brand,
    payment: text.payment,
    minutes: 10,
  });
  const { count } = countSegments(sample);
  if (count <= segmentsMax) return null;
  return {
    field: "payee",
    detail: `must be shorter: the message would be ${count} SMS segments long, and at most ${segmentsMax} are allowed`,
  };
}
