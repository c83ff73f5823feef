import type { LanguageTexts } from "./language-texts.ts";

export const ro: LanguageTexts = {
  language: "ro",
  locales: ["ro-RO"],
  direction: "ltr",
  encoding: "ucs2",
  reviewedByASpeaker: false,
  subject: "Codul dvs. {brand}",
  sms: "{code} este codul dvs. {brand}.",
  expires: { one: "Expiră într-un minut.", other: "Expiră în {minutes} minute." },
  doNotShare: "Nu îl divulgați.",
  paymentSms: "{code} este codul dvs. {brand} pentru plata a {amount} către {payee}.",
  voice: "Bună ziua. Codul dumneavoastră pentru {brand} este: {code}. Repet: {code}. La revedere.",
  paymentVoice:
    "Bună ziua. Codul dumneavoastră {brand} pentru plata a {amount} către {payee} este: {code}. Repet: {code}. La revedere.",
};
