import type { LanguageTexts } from "./language-texts.ts";

export const en: LanguageTexts = {
  language: "en",
  locales: ["en-AU", "en-GB", "en-IN", "en-US"],
  direction: "ltr",
  encoding: "gsm7",
  reviewedByASpeaker: false,
  subject: "Your {brand} code",
  sms: "{code} is your {brand} code.",
  expires: { one: "It expires in {minutes} minute.", other: "It expires in {minutes} minutes." },
  doNotShare: "Do not share it.",
  paymentSms: "{code} is your {brand} code to pay {amount} to {payee}.",
  voice: "Hello. Your {brand} code is: {code}. Again: {code}. Goodbye.",
  paymentVoice: "Hello. Your {brand} code to pay {amount} to {payee} is: {code}. Again: {code}. Goodbye.",
};
