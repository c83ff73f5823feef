import type { LanguageTexts } from "./language-texts.ts";

export const ar: LanguageTexts = {
  language: "ar",
  locales: ["ar-XA"],
  direction: "rtl",
  encoding: "ucs2",
  reviewedByASpeaker: false,
  digitSeparator: "، ",
  subject: "رمز {brand} الخاص بك",
  sms: "{code} هو رمز {brand} الخاص بك.",
  expires: {
    one: "ينتهي خلال دقيقة واحدة.",
    two: "ينتهي خلال دقيقتين.",
    few: "ينتهي خلال {minutes} دقائق.",
    other: "ينتهي خلال {minutes} دقيقة.",
  },
  doNotShare: "لا تشاركه.",
  paymentSms: "{code} هو رمز {brand} لدفع {amount} إلى {payee}.",
  voice: "مرحبًا. رمز {brand} الخاص بك هو: {code}. مرة أخرى: {code}. مع السلامة.",
  paymentVoice: "مرحبًا. رمز {brand} لدفع {amount} إلى {payee} هو: {code}. مرة أخرى: {code}. مع السلامة.",
};
