import type { LanguageTexts } from "./language-texts.ts";

export const fi: LanguageTexts = {
  language: "fi",
  locales: ["fi-FI"],
  direction: "ltr",
  encoding: "gsm7",
  reviewedByASpeaker: false,
  subject: "{brand}-koodisi",
  sms: "{code} on {brand}-koodisi.",
  expires: { other: "Se vanhenee {minutes} minuutin kuluttua." },
  doNotShare: "Älä jaa sitä.",
  paymentSms: "{code} on {brand}-koodisi maksuun {amount}, saaja: {payee}.",
  voice: "Hei. {brand}-koodisi on: {code}. Toistan: {code}. Kuulemiin.",
  paymentVoice:
    "Hei. {brand}-koodisi maksuun {amount}, saaja {payee}, on: {code}. Toistan: {code}. Kuulemiin.",
};
