import type { LanguageTexts } from "./language-texts.ts";

export const vi: LanguageTexts = {
  language: "vi",
  locales: ["vi-VN"],
  direction: "ltr",
  encoding: "ucs2",
  reviewedByASpeaker: false,
  subject: "Mã {brand} của bạn",
  sms: "{code} là mã {brand} của bạn.",
  expires: { other: "Hiệu lực {minutes} phút." },
  doNotShare: "Không chia sẻ mã này.",
  paymentSms: "{code} là mã {brand} của bạn để thanh toán {amount} cho {payee}.",
  voice: "Xin chào. Mã {brand} của bạn là: {code}. Xin nhắc lại: {code}. Tạm biệt.",
  paymentVoice:
    "Xin chào. Mã {brand} của bạn để thanh toán {amount} cho {payee} là: {code}. Xin nhắc lại: {code}. Tạm biệt.",
};
