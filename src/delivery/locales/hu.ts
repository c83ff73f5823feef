import type { LanguageTexts } from "./language-texts.ts";

export const hu: LanguageTexts = {
  language: "hu",
  locales: ["hu-HU"],
  direction: "ltr",
  encoding: "ucs2",
  reviewedByASpeaker: false,
  subject: "Az Ön {brand}-kódja",
  sms: "{code} az Ön {brand}-kódja.",
  expires: { other: "{minutes} percig érvényes." },
  doNotShare: "Ne ossza meg senkivel.",
  paymentSms: "{code} az Ön {brand}-kódja {amount} fizetéséhez, kedvezményezett: {payee}.",
  voice: "Jó napot! Az Ön {brand}-kódja: {code}. Ismétlem: {code}. Viszonthallásra!",
  paymentVoice:
    "Jó napot! Az Ön {brand}-kódja {amount} fizetéséhez, kedvezményezett {payee}: {code}. Ismétlem: {code}. Viszonthallásra!",
};
