import type { LanguageTexts } from "./language-texts.ts";

export const it: LanguageTexts = {
  language: "it",
  locales: ["it-IT"],
  direction: "ltr",
  encoding: "gsm7",
  reviewedByASpeaker: false,
  subject: "Il tuo codice {brand}",
  sms: "{code} è il tuo codice {brand}.",
  expires: { one: "Scade tra {minutes} minuto.", other: "Scade tra {minutes} minuti." },
  doNotShare: "Non condividerlo.",
  paymentSms: "{code} è il tuo codice {brand} per pagare {amount} a {payee}.",
  voice: "Salve. Il tuo codice {brand} è: {code}. Ripeto: {code}. Arrivederci.",
  paymentVoice:
    "Salve. Il tuo codice {brand} per pagare {amount} a {payee} è: {code}. Ripeto: {code}. Arrivederci.",
};
