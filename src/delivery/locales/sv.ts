import type { LanguageTexts } from "./language-texts.ts";

export const sv: LanguageTexts = {
  language: "sv",
  locales: ["sv-SE"],
  direction: "ltr",
  encoding: "gsm7",
  reviewedByASpeaker: false,
  subject: "Din kod för {brand}",
  sms: "{code} är din kod för {brand}.",
  expires: { one: "Den gäller i {minutes} minut.", other: "Den gäller i {minutes} minuter." },
  doNotShare: "Dela den inte med någon.",
  paymentSms: "{code} är din kod från {brand} för att betala {amount} till {payee}.",
  voice: "Hej. Din kod för {brand} är: {code}. Igen: {code}. Hej då.",
  paymentVoice:
    "Hej. Din kod från {brand} för att betala {amount} till {payee} är: {code}. Igen: {code}. Hej då.",
};
