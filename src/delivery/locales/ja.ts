import type { LanguageTexts } from "./language-texts.ts";

export const ja: LanguageTexts = {
  language: "ja",
  locales: ["ja-JP"],
  direction: "ltr",
  encoding: "ucs2",
  reviewedByASpeaker: false,
  between: "",
  digitSeparator: "、",
  subject: "{brand} の認証コード",
  sms: "{code} は {brand} の認証コードです。",
  expires: { other: "有効期限は{minutes}分です。" },
  doNotShare: "他人に教えないでください。",
  paymentSms: "{code} は {payee} への {amount} の支払いに使う {brand} の認証コードです。",
  voice: "こんにちは。{brand}の認証コードは、{code}、です。繰り返します。{code}、です。失礼いたします。",
  paymentVoice:
    "こんにちは。{payee}への{amount}の支払いに使う{brand}の認証コードは、{code}、です。繰り返します。{code}、です。失礼いたします。",
};
