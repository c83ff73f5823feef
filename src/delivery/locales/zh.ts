import type { LanguageTexts } from "./language-texts.ts";

export const zh: LanguageTexts = {
  language: "zh",
  locales: ["zh-CN", "zh-TW"],
  direction: "ltr",
  encoding: "ucs2",
  reviewedByASpeaker: false,
  between: "",
  digitSeparator: "，",
  subject: "您的 {brand} 验证码",
  sms: "{code} 是您的 {brand} 验证码。",
  expires: { other: "{minutes} 分钟内有效。" },
  doNotShare: "请勿告诉他人。",
  paymentSms: "{code} 是您向 {payee} 支付 {amount} 的 {brand} 验证码。",
  voice: "您好。您的 {brand} 验证码是：{code}。再说一遍：{code}。再见。",
  paymentVoice: "您好。您向 {payee} 支付 {amount} 的 {brand} 验证码是：{code}。再说一遍：{code}。再见。",
  regions: [
    {
      of: ["zh-HK", "zh-Hant", "zh-MO", "zh-TW"],
      subject: "您的 {brand} 驗證碼",
      sms: "{code} 是您的 {brand} 驗證碼。",
      expires: { other: "{minutes} 分鐘內有效。" },
      doNotShare: "請勿告訴他人。",
      paymentSms: "{code} 是您向 {payee} 支付 {amount} 的 {brand} 驗證碼。",
      voice: "您好。您的 {brand} 驗證碼是：{code}。再說一次：{code}。再見。",
      paymentVoice: "您好。您向 {payee} 支付 {amount} 的 {brand} 驗證碼是：{code}。再說一次：{code}。再見。",
    },
  ],
};
