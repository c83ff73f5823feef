import { renderNearest } from "../delivery/text.ts";
import type { TemplateKind } from "../delivery/text-template.ts";
import { usageFailure } from "./failure.ts";

/** What the API tells about the texts of a service. */
export interface TextsAnswer {
  readonly templates: Readonly<Record<string, Readonly<Partial<Record<TemplateKind, string>>>>>;
  readonly [setting: string]: unknown;
}

/** `de.sms={code} ...`, repeated, as the API takes it; an empty text takes a template back. */
export function templateChanges(given: readonly string[]): { readonly templates?: object } {
  if (given.length === 0) return {};
  const templates: Record<string, Record<string, string | null>> = {};
  for (const one of given) {
    const parts = /^([A-Za-z0-9-]+)\.(sms|voice|paymentSms|paymentVoice)=([\s\S]*)$/.exec(one);
    if (parts === null) {
      throw usageFailure(
        "--template takes a locale, a kind and a text.",
        "Write it like --template 'de.sms={code} ist Ihr Code von {brand}.'; kinds are sms, voice, paymentSms and paymentVoice.",
      );
    }
    const [, locale = "", kind = "", text = ""] = parts;
    templates[locale] = { ...templates[locale], [kind]: text === "" ? null : text };
  }
  return { templates };
}

/** Rows of a service's texts; a template says what a message of it takes, which is what it costs (O-6). */
export function textRows(service: {
  readonly brand: string;
  readonly texts: TextsAnswer;
  readonly policy: Readonly<Record<string, unknown>>;
}): readonly (readonly [string, string])[] {
  const { templates, ...settings } = service.texts;
  const rows = Object.entries(settings).map(([name, value]): readonly [string, string] => [
    name,
    typeof value === "object" ? JSON.stringify(value) : String(value),
  ]);
  const ofTemplates = Object.entries(templates).flatMap(([locale, byKind]) =>
    Object.entries(byKind).map(([kind, text]): readonly [string, string] => [
      `${locale}.${kind}`,
      `${JSON.stringify(text)}${sizeOf(service, locale, kind as TemplateKind)}`,
    ]),
  );
  return [...rows, ...ofTemplates];
}

function sizeOf(
  { brand, texts, policy }: Parameters<typeof textRows>[0],
  locale: string,
  kind: TemplateKind,
): string {
  if (kind === "voice" || kind === "paymentVoice") return "";
  const { segments } = renderNearest({
    channel: "sms",
    code: "0".repeat(Number(policy["codeLength"] ?? 6)),
    brand,
    payment: kind === "sms" ? null : { amount: "EUR 9999", payee: "Example Shop" },
    minutes: 5,
    locale,
    templates: texts.templates,
    transliterate: texts["transliterate"] === true,
  });
  return ` (${segments.encoding}, ${segments.count} ${segments.count === 1 ? "segment" : "segments"})`;
}
