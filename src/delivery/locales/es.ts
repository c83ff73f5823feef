import type { LanguageTexts } from "./language-texts.ts";

export const es: LanguageTexts = {
  language: "es",
  locales: ["es-ES", "es-MX", "es-US"],
  direction: "ltr",
  encoding: "ucs2",
  reviewedByASpeaker: false,
  subject: "Tu código de {brand}",
  sms: "{code} es tu código de {brand}.",
  expires: { one: "Caduca en {minutes} minuto.", other: "Caduca en {minutes} minutos." },
  doNotShare: "No lo compartas.",
  paymentSms: "{code} es tu código de {brand} para pagar {amount} a {payee}.",
  voice: "Hola. Tu código de {brand} es: {code}. De nuevo: {code}. Adiós.",
  paymentVoice:
    "Hola. Tu código de {brand} para pagar {amount} a {payee} es: {code}. De nuevo: {code}. Adiós.",
  regions: [
    {
      of: ["es-419", "es-MX", "es-US"],
      expires: { one: "Vence en {minutes} minuto.", other: "Vence en {minutes} minutos." },
    },
  ],
};
