import type { LanguageTexts } from "./language-texts.ts";

export const da: LanguageTexts = {
  language: "da",
  locales: ["da-DK"],
  direction: "ltr",
  encoding: "gsm7",
  reviewedByASpeaker: false,
  subject: "Din kode til {brand}",
  sms: "{code} er din kode til {brand}.",
  expires: { one: "Den udløber om {minutes} minut.", other: "Den udløber om {minutes} minutter." },
  doNotShare: "Del den ikke med andre.",
  paymentSms: "{code} er din kode fra {brand} til betaling af {amount} til {payee}.",
  voice: "Hej. Din kode til {brand} er: {code}. Igen: {code}. Farvel.",
  paymentVoice:
    "Hej. Din kode fra {brand} til betaling af {amount} til {payee} er: {code}. Igen: {code}. Farvel.",
};
