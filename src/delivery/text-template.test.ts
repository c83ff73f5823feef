import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { templateProblem } from "./index.ts";
import { languages } from "./locales/index.ts";
import { fill, templateKinds } from "./text-template.ts";

describe("C-27: what a template may be", () => {
  test.each([
    ["sms", "{code} {brand}"],
    ["sms", "{brand}: {code}. Gilt {minutes} Min."],
    ["sms", "{code} ist Ihr Code.\nIhr {brand}-Team"],
    ["sms", "{code} – “{brand}”"],
    ["sms", "{code} \u06a9\u062f {brand} \u0645\u06cc\u200c\u0634\u0648\u062f"],
    ["sms", "{code} 是 {brand} 的验证码。请勿告诉他人。"],
    ["voice", "{brand}: {code}. {code}."],
    ["voice", "{brand}: {code}. {code}. {code}."],
    ["paymentSms", "{code} {brand} {amount} {payee}"],
    ["paymentVoice", "{brand} {amount} {payee} {code}, {code}"],
  ] as const)("%s: %s", (kind, template) => {
    expect(templateProblem(kind, template)).toBeNull();
  });

  test.each([
    ["sms", "no code", "{brand}", "{code} exactly once"],
    ["sms", "two codes", "{code} {code} {brand}", "{code} exactly once"],
    ["sms", "no brand", "{code}", "{brand} one to two"],
    ["sms", "a placeholder of payments", "{code} {brand} {amount}", "knows no {amount}"],
    ["sms", "an unknown placeholder", "{code} {brand} {name}", "knows no {name}"],
    ["sms", "a name of every object", "{code} {brand} {constructor}", "knows no {constructor}"],
    ["sms", "an empty placeholder", "{code} {brand} {}", "knows no {}"],
    ["sms", "an expression", "{{constructor.constructor('..')()}} {code} {brand}", "brace"],
    ["sms", "arithmetic", "$" + "{7*7} {code} {brand}", "brace"],
    ["sms", "doubled braces", "{{code}} {brand}", "brace"],
    ["sms", "a lone brace", "{code} {brand} }", "brace"],
    ["sms", "nesting without end", `${"{".repeat(250)}${"}".repeat(250)}`, "knows no"],
    ["sms", "100 kB", "{".repeat(100_000), "more than 500"],
    ["sms", "a link", "{code} {brand} https://evil.example", "link"],
    ["sms", "a bare host", "{code} {brand} bit.ly/x", "link"],
    ["sms", "a host made of the brand", "{code} {brand}.com", "link"],
    ["sms", "a host that ends in the brand", "{code} evil.{brand}", "link"],
    ["sms", "a host with an ideographic stop", "{code} {brand} evil。com", "link"],
    ["sms", "a bound line of its own", "{code} {brand}\n@evil #{code}", "{code} exactly once"],
    ["sms", "a bound line without a code", "{code} {brand}\n@evil #1", "begins with @"],
    ["sms", "the code below the first line", "{brand}\n{code}", "first line"],
    ["sms", "a carriage return", "{code} {brand}\r\n", "control"],
    ["sms", "a NUL", "{code} {brand}\u0000", "control"],
    ["sms", "an ANSI escape", "{code} \u001b[31m{brand}", "control"],
    ["sms", "a line separator", "{code} {brand}\u2028x", "control"],
    ["sms", "a right-to-left override", "{code} \u202e{brand}", "control"],
    ["sms", "an isolate", "\u2067{code} {brand}\u2069", "control"],
    ["sms", "a zero-width space", "{code} {brand}\u200b", "control"],
    ["sms", "half a surrogate pair", "{code} {brand}\ud800", "control"],
    ["voice", "the code once", "{brand}: {code}", "{code} two to three"],
    ["voice", "two lines", "{brand}: {code}\n{code}", "control"],
    ["paymentSms", "no payee", "{code} {brand} {amount}", "{payee} exactly once"],
    ["paymentSms", "no amount", "{code} {brand} {payee}", "{amount} exactly once"],
  ] as const)("%s: not with %s", (kind, _, template, problem) => {
    expect(templateProblem(kind, template)).toContain(problem);
  });

  test("what we ship would be accepted, sentence by sentence put together", () => {
    for (const one of languages) {
      for (const kind of templateKinds) expect(templateProblem(kind, one[kind]), one.language).toBeNull();
      const whole = [one.sms, one.expires.other, one.doNotShare].join(one.between ?? " ");
      expect(templateProblem("sms", whole), one.language).toBeNull();
    }
  });

  test("whatever is written is judged or filled, in linear time, and never evaluated", () => {
    const pieces = fc.constantFrom(
      "{code}",
      "{brand}",
      "{",
      "}",
      "{{",
      "$",
      "a.b",
      "\n",
      "@x",
      "x",
      "{amount}",
    );
    const template = fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join(""));
    const values = { code: "{brand}", brand: "{code}", minutes: "5", amount: "{payee}", payee: "$&" };
    fc.assert(
      fc.property(template, fc.constantFrom(...templateKinds), (text, kind) => {
        if (templateProblem(kind, text) === null) expect(text).toContain("{code}");
        const parts = text.split(/\{(code|brand|minutes|amount|payee)\}/);
        const expected = parts.map((part, at) => (at % 2 === 0 ? part : values[part as keyof typeof values]));
        expect(fill(text, values)).toBe(expected.join(""));
      }),
    );
  });
});
