import type { LanguageTexts } from "./language-texts.ts";

export const fr: LanguageTexts = {
  language: "fr",
  locales: ["fr-CA", "fr-FR"],
  direction: "ltr",
  encoding: "gsm7",
  reviewedByASpeaker: false,
  subject: "Votre code {brand}",
  sms: "{code} est votre code {brand}.",
  expires: { one: "Il expire dans {minutes} minute.", other: "Il expire dans {minutes} minutes." },
  doNotShare: "Ne le communiquez pas.",
  paymentSms: "{code} est votre code {brand} pour payer {amount} à {payee}.",
  voice: "Bonjour. Votre code {brand} est : {code}. Je répète : {code}. Au revoir.",
  paymentVoice:
    "Bonjour. Votre code {brand} pour payer {amount} à {payee} est : {code}. Je répète : {code}. Au revoir.",
  regions: [
    {
      of: ["fr-CA"],
      doNotShare: "Ne le partagez pas.",
      voice: "Bonjour. Votre code {brand} est: {code}. Je répète: {code}. Au revoir.",
      paymentVoice:
        "Bonjour. Votre code {brand} pour payer {amount} à {payee} est: {code}. Je répète: {code}. Au revoir.",
    },
  ],
};
