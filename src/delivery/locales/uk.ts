import type { LanguageTexts } from "./language-texts.ts";

export const uk: LanguageTexts = {
  language: "uk",
  locales: ["uk-UA"],
  direction: "ltr",
  encoding: "ucs2",
  reviewedByASpeaker: false,
  subject: "Ваш код {brand}",
  sms: "{code} — ваш код {brand}.",
  expires: {
    one: "Діє {minutes} хвилину.",
    few: "Діє {minutes} хвилини.",
    other: "Діє {minutes} хвилин.",
  },
  doNotShare: "Нікому його не повідомляйте.",
  paymentSms: "{code} — ваш код {brand} для оплати {amount}, одержувач: {payee}.",
  voice: "Добрий день. Ваш код {brand}: {code}. Повторюю: {code}. До побачення.",
  paymentVoice:
    "Добрий день. Ваш код {brand} для оплати {amount}, одержувач {payee}: {code}. Повторюю: {code}. До побачення.",
};
