import { type TemplateKind, templateProblem } from "../../../delivery/index.ts";
import type { TelnyxTemplate } from "../../../tenants/index.ts";
import { errors, refuse } from "./errors.ts";

/** The templates that every account of the vendor's has, by the ids that code may carry. */
export const stockTemplates: readonly TelnyxTemplate[] = [
  {
    id: "0abb5b4f-459f-445a-bfcd-488998b7572d",
    text: "Your {{app_name}} verification code is: {{code}}.",
  },
  {
    id: "2ca3f1da-5621-4aa6-ae56-df21caff79e0",
    text: "{{code}} is your verification code for {{app_name}}.",
  },
  {
    id: "33dfb056-6c1b-40bd-920e-4243e01248a5",
    text: "Your {{app_name}} verification code is: {{code}}. Do not share this code with anyone; our employees will never ask for the code.",
  },
  {
    id: "46acd63c-be57-4993-ae8d-0e4067ad1d57",
    text: "Your {{app_name}} verification code is: {{code}}. It expires in {{default_verification_timeout_secs}} minutes.",
  },
  {
    id: "723ead5e-ada6-4c29-a962-349170866187",
    text: "{{code}} is your verification code for {{app_name}}. It expires in {{default_verification_timeout_secs}} minutes.",
  },
  {
    id: "88d0781f-f4c7-4b78-8d0a-1f3e4de78b5e",
    text: "{{app_name}}: {{code}} is your verification code. It expires in {{default_verification_timeout_secs}} minutes.",
  },
];

const placeholders: Readonly<Record<string, string>> = {
  code: "{code}",
  app_name: "{brand}",
  default_verification_timeout_secs: "{minutes}",
};

/** A text in our own words for placeholders. What they do not know stays, and is refused below. */
function translated(text: string): string {
  return text.replace(/\{\{ *(\w+) *\}\}/g, (all, name: string) =>
    Object.hasOwn(placeholders, name) ? (placeholders[name] ?? all) : all,
  );
}

/** Words of a service for texts and calls; a call says the code once more, since nobody can scroll back in it. */
export function templatesFrom(text: string): Readonly<Record<"sms" | "voice", string>> {
  const sms = translated(text);
  return { sms, voice: `${sms} {code}` };
}

/** @throws TelnyxRefusal for a text that could not be sent. */
export function checkedTemplate(text: string): string {
  const made = templatesFrom(text);
  for (const kind of ["sms", "voice"] as const satisfies readonly TemplateKind[]) {
    const problem = templateProblem(kind, made[kind]);
    if (problem === null) continue;
    return refuse(errors.bad({ pointer: "/text", detail: `text ${inTheirWords(problem)}.` }));
  }
  return text;
}

function inTheirWords(problem: string): string {
  return problem
    .replaceAll("{code}", "{{code}}")
    .replaceAll("{brand}", "{{app_name}}")
    .replaceAll("{minutes}", "{{default_verification_timeout_secs}}");
}
