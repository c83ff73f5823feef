import type { LanguageTexts } from "./language-texts.ts";

export const yue: LanguageTexts = {
  language: "yue",
  locales: ["yue-CN"],
  direction: "ltr",
  encoding: "ucs2",
  reviewedByASpeaker: false,
  between: "",
  digitSeparator: "，",
  subject: "您的 {brand} 驗證碼",
  sms: "{code} 是您的 {brand} 驗證碼。",
  expires: { other: "{minutes} 分鐘內有效。" },
  doNotShare: "請勿告訴他人。",
  paymentSms: "{code} 是您向 {payee} 支付 {amount} 的 {brand} 驗證碼。",
  voice: "你好。你嘅 {brand} 驗證碼係：{code}。再講一次：{code}。再見。",
  paymentVoice: "你好。你向 {payee} 支付 {amount} 嘅 {brand} 驗證碼係：{code}。再講一次：{code}。再見。",
  regions: [
    {
      of: ["yue-CN", "yue-Hans"],
      subject: "您的 {brand} 验证码",
      sms: "{code} 是您的 {brand} 验证码。",
      expires: { other: "{minutes} 分钟内有效。" },
      doNotShare: "请勿告诉他人。",
      paymentSms: "{code} 是您向 {payee} 支付 {amount} 的 {brand} 验证码。",
      voice: "你好。你嘅 {brand} 验证码系：{code}。再讲一次：{code}。再见。",
      paymentVoice: "你好。你向 {payee} 支付 {amount} 嘅 {brand} 验证码系：{code}。再讲一次：{code}。再见。",
    },
  ],
};
