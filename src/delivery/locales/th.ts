import type { LanguageTexts } from "./language-texts.ts";

export const th: LanguageTexts = {
  language: "th",
  locales: ["th-TH"],
  direction: "ltr",
  encoding: "ucs2",
  reviewedByASpeaker: false,
  subject: "รหัส {brand} ของคุณ",
  sms: "{code} คือรหัส {brand} ของคุณ",
  expires: { other: "รหัสจะหมดอายุใน {minutes} นาที" },
  doNotShare: "อย่าบอกรหัสนี้กับใคร",
  paymentSms: "{code} คือรหัส {brand} ของคุณสำหรับชำระเงิน {amount} ให้ {payee}",
  voice: "สวัสดี รหัส {brand} ของคุณคือ {code} อีกครั้ง {code} ขอบคุณ สวัสดี",
  paymentVoice: "สวัสดี รหัส {brand} ของคุณสำหรับชำระเงิน {amount} ให้ {payee} คือ {code} อีกครั้ง {code} ขอบคุณ สวัสดี",
};
