import type { LanguageTexts } from "./language-texts.ts";

export const hi: LanguageTexts = {
  language: "hi",
  locales: ["hi-IN"],
  direction: "ltr",
  encoding: "ucs2",
  reviewedByASpeaker: false,
  subject: "आपका {brand} कोड",
  sms: "{code} आपका {brand} कोड है।",
  expires: { other: "{minutes} मिनट तक मान्य।" },
  doNotShare: "किसी से साझा न करें।",
  paymentSms: "{code}, {payee} को {amount} का भुगतान करने के लिए आपका {brand} कोड है।",
  voice: "नमस्ते। आपका {brand} कोड है: {code}। फिर से: {code}। धन्यवाद।",
  paymentVoice:
    "नमस्ते। {payee} को {amount} का भुगतान करने के लिए आपका {brand} कोड है: {code}। फिर से: {code}। धन्यवाद।",
};
