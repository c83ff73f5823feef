import type { LanguageTexts } from "./language-texts.ts";

export const pl: LanguageTexts = {
  language: "pl",
  locales: ["pl-PL"],
  direction: "ltr",
  encoding: "ucs2",
  reviewedByASpeaker: false,
  subject: "Twój kod {brand}",
  sms: "{code} to Twój kod {brand}.",
  expires: {
    one: "Wygasa za {minutes} minutę.",
    few: "Wygasa za {minutes} minuty.",
    other: "Wygasa za {minutes} minut.",
  },
  doNotShare: "Nie udostępniaj go.",
  paymentSms: "{code} to kod {brand} do płatności na kwotę {amount}, odbiorca: {payee}.",
  voice: "Dzień dobry. Twój kod {brand} to: {code}. Powtarzam: {code}. Do usłyszenia.",
  paymentVoice:
    "Dzień dobry. Kod {brand} do płatności na kwotę {amount}, odbiorca {payee}, to: {code}. Powtarzam: {code}. Do usłyszenia.",
};
