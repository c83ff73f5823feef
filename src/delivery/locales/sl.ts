import type { LanguageTexts } from "./language-texts.ts";

export const sl: LanguageTexts = {
  language: "sl",
  locales: ["sl-SI"],
  direction: "ltr",
  encoding: "ucs2",
  reviewedByASpeaker: false,
  subject: "Vaša koda za {brand}",
  sms: "{code} je vaša koda za {brand}.",
  expires: {
    one: "Velja {minutes} minuto.",
    two: "Velja {minutes} minuti.",
    few: "Velja {minutes} minute.",
    other: "Velja {minutes} minut.",
  },
  doNotShare: "Ne delite je z nikomer.",
  paymentSms: "{code} je vaša koda {brand} za plačilo {amount}, prejemnik: {payee}.",
  voice: "Pozdravljeni. Vaša koda za {brand} je: {code}. Ponavljam: {code}. Nasvidenje.",
  paymentVoice:
    "Pozdravljeni. Vaša koda {brand} za plačilo {amount}, prejemnik {payee}, je: {code}. Ponavljam: {code}. Nasvidenje.",
};
