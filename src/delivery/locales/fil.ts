import type { LanguageTexts } from "./language-texts.ts";

export const fil: LanguageTexts = {
  language: "fil",
  locales: ["fil-PH"],
  direction: "ltr",
  encoding: "gsm7",
  reviewedByASpeaker: false,
  subject: "Ang iyong {brand} code",
  sms: "{code} ang iyong {brand} code.",
  expires: { other: "Mag-e-expire ito sa loob ng {minutes} minuto." },
  doNotShare: "Huwag itong ibahagi.",
  paymentSms: "{code} ang iyong {brand} code para magbayad ng {amount} sa {payee}.",
  voice: "Kumusta. Ang iyong {brand} code ay: {code}. Uulitin ko: {code}. Paalam.",
  paymentVoice:
    "Kumusta. Ang iyong {brand} code para magbayad ng {amount} sa {payee} ay: {code}. Uulitin ko: {code}. Paalam.",
};
