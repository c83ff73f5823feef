import type { LanguageTexts } from "./language-texts.ts";

export const bg: LanguageTexts = {
  language: "bg",
  locales: ["bg-BG"],
  direction: "ltr",
  encoding: "ucs2",
  reviewedByASpeaker: false,
  subject: "Вашият код за {brand}",
  sms: "{code} е вашият код за {brand}.",
  expires: { one: "Валиден е {minutes} минута.", other: "Валиден е {minutes} минути." },
  doNotShare: "Не го споделяйте.",
  paymentSms: "{code} е вашият код от {brand} за плащане на {amount}, получател: {payee}.",
  voice: "Здравейте. Вашият код за {brand} е: {code}. Повтарям: {code}. Довиждане.",
  paymentVoice:
    "Здравейте. Вашият код от {brand} за плащане на {amount}, получател {payee}, е: {code}. Повтарям: {code}. Довиждане.",
};
