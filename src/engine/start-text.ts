import { brandProblem, renderNearest, textSizeProblem } from "../delivery/index.ts";
import type { TextSettings } from "../tenants/index.ts";
import { type Autofill, alphabets, type Payment, type Policy } from "../verification/index.ts";

/** What a start puts into the words of its messages. */
export interface StartText {
  readonly brand: string;
  readonly locale: string;
  readonly payment: Payment | null;
  /** The caller's own code, if it made one. */
  readonly code: string | null;
  readonly autofill: Autofill | null;
  readonly texts: TextSettings | undefined;
}

export interface TextProblem {
  readonly field: string;
  readonly detail: string;
}

const codePattern = /^[A-Za-z0-9]{4,10}$/;
/** Up to here our own words always fit, in every language (O-6). */
const shortBrandLengthMax = 11;

/** What is wrong with the words, if anything. Nothing is ever cut to fit (S-6). */
export function startTextProblem(text: StartText, policy: Policy): TextProblem | null {
  const brand = brandProblem(text.brand);
  if (brand !== null) return { field: "brand", detail: brand };
  if (text.code !== null && !codePattern.test(text.code)) {
    return { field: "code", detail: "must be 4 to 10 ASCII letters and digits" };
  }
  const { payment } = text;
  const fits = text.texts?.templates === undefined && text.brand.length <= shortBrandLengthMax;
  if (payment === null && fits) return null;
  const detail = sizeProblem(text, policy);
  if (detail === null) return null;
  return { field: payment === null ? "brand" : "payee", detail: `must be shorter: it ${detail}` };
}

/** Every channel of the workflow says it in its own words. */
function sizeProblem(text: StartText, policy: Policy): string | null {
  for (const channel of new Set(policy.workflow.map((step) => step.channel))) {
    const input = {
      channel,
      code: text.code ?? alphabets[policy.alphabet].slice(-1).repeat(policy.codeLength),
      brand: text.brand,
      payment: text.payment,
      minutes: 10,
      locale: text.locale,
      autofill: text.autofill ?? undefined,
      templates: text.texts?.templates,
      transliterate: text.texts?.transliterate,
    };
    const problem = textSizeProblem(input, renderNearest(input));
    if (problem !== null) return problem;
  }
  return null;
}
