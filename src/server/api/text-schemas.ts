import { type Static, Type } from "../../schemas/index.ts";
import type { TextSettings } from "../../tenants/index.ts";
import { opaque, orNull, strict } from "./schemas.ts";
import { platformSchema } from "./verification-schemas.ts";

const template = (description: string) => Type.Optional(orNull(opaque(500, description)));

/** Null takes a template back; what is not given stays. */
const TemplateChanges = strict(
  {
    sms: template("With {code} once, {brand}, and {minutes} if wanted"),
    voice: template("With {code} two or three times, {brand}, and {minutes} if wanted"),
    paymentSms: template("As sms, with {amount} and {payee}"),
    paymentVoice: template("As voice, with {amount} and {payee}"),
  },
  { title: "TemplateChanges" },
);

const localePattern = "^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,3}$";

const hosts = Type.Array(Type.String({ maxLength: 253 }), {
  maxItems: 10,
  description:
    "Domains of yours whose pages read codes, as A-labels; the first is used where a start names none",
});
const appHashes = Type.Array(Type.String({ maxLength: 20 }), {
  maxItems: 10,
  description: "Android apps of yours that read codes, by the 11 characters of the SMS Retriever",
});
const transliterate = Type.Boolean({
  description:
    "Whether smart quotes, dashes and no-break spaces make way for GSM-7 where that makes an SMS smaller",
});
const localeFrom = Type.Enum(["service", "number"], {
  description: "Where a start gets its locale that names none",
});

export const TextChangesBody = strict(
  {
    templates: Type.Optional(
      Type.Record(Type.String({ pattern: localePattern }), orNull(TemplateChanges), {
        maxProperties: 60,
        additionalProperties: false,
        description: "By locale. Null takes all templates of a locale back",
      }),
    ),
    transliterate: Type.Optional(transliterate),
    localeFrom: Type.Optional(localeFrom),
    hosts: Type.Optional(hosts),
    appHashes: Type.Optional(appHashes),
    platform: Type.Optional(platformSchema),
  },
  { title: "TextChanges" },
);

export const TextsBody = Type.Object(
  {
    templates: Type.Record(
      Type.String(),
      Type.Object({
        sms: Type.Optional(Type.String()),
        voice: Type.Optional(Type.String()),
        paymentSms: Type.Optional(Type.String()),
        paymentVoice: Type.Optional(Type.String()),
      }),
    ),
    transliterate,
    localeFrom,
    hosts: Type.Array(Type.String()),
    appHashes: Type.Array(Type.String()),
    platform: platformSchema,
  },
  { title: "Texts" },
);

/** All of them, defaults included. */
export function toTextsBody(texts: TextSettings = {}): Static<typeof TextsBody> {
  return {
    templates: Object.fromEntries(
      Object.entries(texts.templates ?? {}).map(([locale, one]) => [locale, { ...one }]),
    ),
    transliterate: texts.transliterate ?? false,
    localeFrom: texts.localeFrom ?? "service",
    hosts: [...(texts.hosts ?? [])],
    appHashes: [...(texts.appHashes ?? [])],
    platform: texts.platform ?? "none",
  };
}

/** The settings with the changes in them; `canonical` gives the usual spelling of a locale, or what was given. */
export function changedTexts(
  before: TextSettings | undefined,
  asked: Static<typeof TextChangesBody> | undefined,
  canonical: (locale: string) => string,
): TextSettings | undefined {
  if (asked === undefined) return before;
  const { templates, ...others } = asked;
  const given = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined));
  const changed: TextSettings = { ...before, ...given };
  if (templates === undefined) return changed;
  const byLocale = new Map(Object.entries(before?.templates ?? {}));
  for (const [locale, changes] of Object.entries(templates)) {
    const tag = canonical(locale);
    const merged = Object.entries({ ...byLocale.get(tag), ...changes }).filter(
      ([, text]) => typeof text === "string",
    );
    if (changes === null || merged.length === 0) byLocale.delete(tag);
    else byLocale.set(tag, Object.fromEntries(merged));
  }
  return { ...changed, templates: Object.fromEntries(byLocale) };
}
