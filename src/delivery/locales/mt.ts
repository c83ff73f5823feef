import type { LanguageTexts } from "./language-texts.ts";

export const mt: LanguageTexts = {
  language: "mt",
  locales: ["mt-MT"],
  direction: "ltr",
  encoding: "ucs2",
  reviewedByASpeaker: false,
  subject: "Il-kodiċi {brand} tiegħek",
  sms: "{code} huwa l-kodiċi {brand} tiegħek.",
  expires: { one: "Jiskadi f'minuta.", other: "Jiskadi f'{minutes} minuti." },
  doNotShare: "Żommu sigriet.",
  paymentSms: "{code} huwa l-kodiċi {brand} tiegħek biex tħallas {amount} lil {payee}.",
  voice: "Bonġu. Il-kodiċi {brand} tiegħek huwa: {code}. Mill-ġdid: {code}. Saħħa.",
  paymentVoice:
    "Bonġu. Il-kodiċi {brand} tiegħek biex tħallas {amount} lil {payee} huwa: {code}. Mill-ġdid: {code}. Saħħa.",
};
