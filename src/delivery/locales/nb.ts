import type { LanguageTexts } from "./language-texts.ts";

export const nb: LanguageTexts = {
  language: "nb",
  also: ["nn", "no"],
  locales: ["nb-NO"],
  direction: "ltr",
  encoding: "gsm7",
  reviewedByASpeaker: false,
  subject: "Din kode for {brand}",
  sms: "{code} er din kode for {brand}.",
  expires: { one: "Den utløper om {minutes} minutt.", other: "Den utløper om {minutes} minutter." },
  doNotShare: "Ikke del den med noen.",
  paymentSms: "{code} er din kode fra {brand} for å betale {amount} til {payee}.",
  voice: "Hei. Din kode for {brand} er: {code}. Jeg gjentar: {code}. Ha det bra.",
  paymentVoice:
    "Hei. Din kode fra {brand} for å betale {amount} til {payee} er: {code}. Jeg gjentar: {code}. Ha det bra.",
};
