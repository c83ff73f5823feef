import type { LanguageTexts } from "./language-texts.ts";

export const ru: LanguageTexts = {
  language: "ru",
  locales: ["ru-RU"],
  direction: "ltr",
  encoding: "ucs2",
  reviewedByASpeaker: false,
  subject: "Ваш код {brand}",
  sms: "{code} — ваш код {brand}.",
  expires: {
    one: "Действует {minutes} минуту.",
    few: "Действует {minutes} минуты.",
    other: "Действует {minutes} минут.",
  },
  doNotShare: "Никому его не сообщайте.",
  paymentSms: "{code} — ваш код {brand} для оплаты {amount}, получатель: {payee}.",
  voice: "Здравствуйте. Ваш код {brand}: {code}. Повторяю: {code}. До свидания.",
  paymentVoice:
    "Здравствуйте. Ваш код {brand} для оплаты {amount}, получатель {payee}: {code}. Повторяю: {code}. До свидания.",
};
