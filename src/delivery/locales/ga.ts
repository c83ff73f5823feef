import type { LanguageTexts } from "./language-texts.ts";

export const ga: LanguageTexts = {
  language: "ga",
  locales: ["ga-IE"],
  direction: "ltr",
  encoding: "ucs2",
  reviewedByASpeaker: false,
  subject: "Do chód {brand}",
  sms: "{code} - do chód {brand}.",
  expires: { other: "Bailí ar feadh {minutes} nóiméad." },
  doNotShare: "Ná roinn é.",
  paymentSms: "{code} - do chód {brand} chun {amount} a íoc le {payee}.",
  voice: "Dia duit. Is é do chód {brand} ná: {code}. Arís: {code}. Slán.",
  paymentVoice:
    "Dia duit. Is é do chód {brand} chun {amount} a íoc le {payee} ná: {code}. Arís: {code}. Slán.",
};
