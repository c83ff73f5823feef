import type { LanguageTexts } from "./language-texts.ts";

export const tr: LanguageTexts = {
  language: "tr",
  locales: ["tr-TR"],
  direction: "ltr",
  encoding: "ucs2",
  reviewedByASpeaker: false,
  subject: "{brand} kodunuz",
  sms: "{code}, {brand} kodunuzdur.",
  expires: { other: "{minutes} dakika geçerlidir." },
  doNotShare: "Kimseyle paylaşmayın.",
  paymentSms: "{code}, {amount} tutarındaki ödeme için {brand} kodunuzdur. Alıcı: {payee}.",
  voice: "Merhaba. {brand} kodunuz: {code}. Tekrar ediyorum: {code}. Hoşça kalın.",
  paymentVoice:
    "Merhaba. Alıcısı {payee} olan {amount} tutarındaki ödeme için {brand} kodunuz: {code}. Tekrar ediyorum: {code}. Hoşça kalın.",
};
