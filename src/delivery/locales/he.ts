import type { LanguageTexts } from "./language-texts.ts";

export const he: LanguageTexts = {
  language: "he",
  also: ["iw"],
  locales: ["he-IL"],
  direction: "rtl",
  encoding: "ucs2",
  reviewedByASpeaker: false,
  subject: "קוד {brand} שלך",
  sms: "{code} הוא קוד {brand} שלך.",
  expires: {
    one: "בתוקף לדקה אחת.",
    two: "בתוקף לשתי דקות.",
    other: "בתוקף ל-{minutes} דקות.",
  },
  doNotShare: "אין למסור אותו לאיש.",
  paymentSms: "{code} הוא קוד {brand} שלך לתשלום {amount} אל {payee}.",
  voice: "שלום. קוד {brand} שלך הוא: {code}. שוב: {code}. להתראות.",
  paymentVoice: "שלום. קוד {brand} שלך לתשלום {amount} אל {payee} הוא: {code}. שוב: {code}. להתראות.",
};
