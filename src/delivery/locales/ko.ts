import type { LanguageTexts } from "./language-texts.ts";

export const ko: LanguageTexts = {
  language: "ko",
  locales: ["ko-KR"],
  direction: "ltr",
  encoding: "ucs2",
  reviewedByASpeaker: false,
  subject: "{brand} 인증번호",
  sms: "{code}: {brand} 인증번호입니다.",
  expires: { other: "{minutes}분간 유효합니다." },
  doNotShare: "타인에게 알려주지 마세요.",
  paymentSms: "{code}: {payee}에 {amount} 결제를 위한 {brand} 인증번호입니다.",
  voice: "안녕하세요. {brand} 인증번호는 {code} 입니다. 다시 알려드립니다. {code} 입니다. 감사합니다.",
  paymentVoice:
    "안녕하세요. {payee}에 {amount} 결제를 위한 {brand} 인증번호는 {code} 입니다. 다시 알려드립니다. {code} 입니다. 감사합니다.",
};
