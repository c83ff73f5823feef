import type { LanguageTexts } from "./language-texts.ts";

export const sk: LanguageTexts = {
  language: "sk",
  locales: ["sk-SK"],
  direction: "ltr",
  encoding: "ucs2",
  reviewedByASpeaker: false,
  subject: "Váš kód pre {brand}",
  sms: "{code} je váš kód pre {brand}.",
  expires: {
    one: "Platí {minutes} minútu.",
    few: "Platí {minutes} minúty.",
    other: "Platí {minutes} minút.",
  },
  doNotShare: "Nikomu ho neprezrádzajte.",
  paymentSms: "{code} je váš kód {brand} na platbu {amount}, príjemca: {payee}.",
  voice: "Dobrý deň. Váš kód pre {brand} je: {code}. Opakujem: {code}. Dopočutia.",
  paymentVoice:
    "Dobrý deň. Váš kód {brand} na platbu {amount}, príjemca {payee}, je: {code}. Opakujem: {code}. Dopočutia.",
};
