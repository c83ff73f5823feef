import type { LanguageTexts } from "./language-texts.ts";

export const fa: LanguageTexts = {
  language: "fa",
  locales: ["fa-IR"],
  direction: "rtl",
  encoding: "ucs2",
  reviewedByASpeaker: false,
  digitSeparator: "، ",
  subject: "کد {brand} شما",
  sms: "{code} کد {brand} شماست.",
  expires: { other: "تا {minutes} دقیقه معتبر است." },
  doNotShare: "آن را به کسی ندهید.",
  paymentSms: "{code} کد {brand} شما برای پرداخت {amount} به {payee} است.",
  voice: "سلام. کد {brand} شما: {code}. دوباره: {code}. خدانگهدار.",
  paymentVoice: "سلام. کد {brand} شما برای پرداخت {amount} به {payee}: {code}. دوباره: {code}. خدانگهدار.",
};
