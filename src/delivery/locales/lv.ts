import type { LanguageTexts } from "./language-texts.ts";

export const lv: LanguageTexts = {
  language: "lv",
  locales: ["lv-LV"],
  direction: "ltr",
  encoding: "ucs2",
  reviewedByASpeaker: false,
  subject: "Jūsu {brand} kods",
  sms: "{code} ir jūsu {brand} kods.",
  expires: { one: "Tas derīgs {minutes} minūti.", other: "Tas derīgs {minutes} minūtes." },
  doNotShare: "Neizpaudiet to.",
  paymentSms: "{code} ir jūsu {brand} kods {amount} maksājumam, saņēmējs: {payee}.",
  voice: "Labdien. Jūsu {brand} kods ir: {code}. Atkārtoju: {code}. Visu labu.",
  paymentVoice:
    "Labdien. Jūsu {brand} kods {amount} maksājumam, saņēmējs {payee}, ir: {code}. Atkārtoju: {code}. Visu labu.",
};
