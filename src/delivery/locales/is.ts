import type { LanguageTexts } from "./language-texts.ts";

export const is: LanguageTexts = {
  language: "is",
  locales: ["is-IS"],
  direction: "ltr",
  encoding: "ucs2",
  reviewedByASpeaker: false,
  subject: "{brand} kóðinn þinn",
  sms: "{code} er {brand} kóðinn þinn.",
  expires: {
    one: "Gildir í {minutes} mínútu.",
    other: "Gildir í {minutes} mínútur.",
  },
  doNotShare: "Ekki deila honum.",
  paymentSms: "{code} er kóðinn þinn frá {brand} til að greiða {amount} til {payee}.",
  voice: "Halló. Kóðinn þinn fyrir {brand} er: {code}. Aftur: {code}. Bless.",
  paymentVoice:
    "Halló. Kóðinn þinn frá {brand} til að greiða {amount} til {payee} er: {code}. Aftur: {code}. Bless.",
};
