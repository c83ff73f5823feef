import type { LanguageTexts } from "./language-texts.ts";

export const de: LanguageTexts = {
  language: "de",
  locales: ["de-DE"],
  direction: "ltr",
  encoding: "gsm7",
  reviewedByASpeaker: false,
  subject: "Ihr Code für {brand}",
  sms: "{code} ist Ihr Code für {brand}.",
  expires: { one: "Er gilt {minutes} Minute.", other: "Er gilt {minutes} Minuten." },
  doNotShare: "Geben Sie ihn nicht weiter.",
  paymentSms: "{code} ist Ihr Code von {brand} zur Zahlung von {amount} an {payee}.",
  voice: "Guten Tag. Ihr Code für {brand} lautet: {code}. Noch einmal: {code}. Auf Wiederhören.",
  paymentVoice:
    "Guten Tag. Ihr Code von {brand} zur Zahlung von {amount} an {payee} lautet: {code}. Noch einmal: {code}. Auf Wiederhören.",
};
