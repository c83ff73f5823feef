import type { LanguageTexts } from "./language-texts.ts";

export const nl: LanguageTexts = {
  language: "nl",
  locales: ["nl-NL"],
  direction: "ltr",
  encoding: "gsm7",
  reviewedByASpeaker: false,
  subject: "Uw code voor {brand}",
  sms: "{code} is uw code voor {brand}.",
  expires: { one: "De code is {minutes} minuut geldig.", other: "De code is {minutes} minuten geldig." },
  doNotShare: "Deel hem met niemand.",
  paymentSms: "{code} is uw code van {brand} om {amount} te betalen aan {payee}.",
  voice: "Hallo. Uw code voor {brand} is: {code}. Nogmaals: {code}. Tot ziens.",
  paymentVoice:
    "Hallo. Uw code van {brand} om {amount} te betalen aan {payee} is: {code}. Nogmaals: {code}. Tot ziens.",
};
