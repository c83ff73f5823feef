import type { LanguageTexts } from "./language-texts.ts";

export const cs: LanguageTexts = {
  language: "cs",
  locales: ["cs-CZ"],
  direction: "ltr",
  encoding: "ucs2",
  reviewedByASpeaker: false,
  subject: "Váš kód pro {brand}",
  sms: "{code} je váš kód pro {brand}.",
  expires: {
    one: "Platí {minutes} minutu.",
    few: "Platí {minutes} minuty.",
    other: "Platí {minutes} minut.",
  },
  doNotShare: "Nikomu jej nesdělujte.",
  paymentSms: "{code} je váš kód {brand} k platbě {amount}, příjemce: {payee}.",
  voice: "Dobrý den. Váš kód pro {brand} je: {code}. Opakuji: {code}. Na shledanou.",
  paymentVoice:
    "Dobrý den. Váš kód {brand} k platbě {amount}, příjemce {payee}, je: {code}. Opakuji: {code}. Na shledanou.",
};
