import type { LanguageTexts } from "./language-texts.ts";

export const lt: LanguageTexts = {
  language: "lt",
  locales: ["lt-LT"],
  direction: "ltr",
  encoding: "ucs2",
  reviewedByASpeaker: false,
  subject: "Jūsų {brand} kodas",
  sms: "{code} yra jūsų {brand} kodas.",
  expires: {
    one: "Galioja {minutes} minutę.",
    few: "Galioja {minutes} minutes.",
    other: "Galioja {minutes} minučių.",
  },
  doNotShare: "Niekam jo nesakykite.",
  paymentSms: "{code} yra jūsų {brand} kodas {amount} mokėjimui, gavėjas: {payee}.",
  voice: "Laba diena. Jūsų {brand} kodas yra: {code}. Kartoju: {code}. Viso gero.",
  paymentVoice:
    "Laba diena. Jūsų {brand} kodas {amount} mokėjimui, gavėjas {payee}, yra: {code}. Kartoju: {code}. Viso gero.",
};
