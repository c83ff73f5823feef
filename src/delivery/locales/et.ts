import type { LanguageTexts } from "./language-texts.ts";

export const et: LanguageTexts = {
  language: "et",
  also: ["ee-ET"],
  locales: ["et-EE"],
  direction: "ltr",
  encoding: "gsm7",
  reviewedByASpeaker: false,
  subject: "Teie {brand} kood",
  sms: "{code} on teie {brand} kood.",
  expires: { one: "See kehtib {minutes} minuti.", other: "See kehtib {minutes} minutit." },
  doNotShare: "Ärge jagage seda kellegagi.",
  paymentSms: "{code} on teie {brand} kood makseks {amount}, saaja: {payee}.",
  voice: "Tere. Teie {brand} kood on: {code}. Kordan: {code}. Head aega.",
  paymentVoice:
    "Tere. Teie {brand} kood makseks {amount}, saaja {payee}, on: {code}. Kordan: {code}. Head aega.",
};
