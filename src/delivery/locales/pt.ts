import type { LanguageTexts } from "./language-texts.ts";

export const pt: LanguageTexts = {
  language: "pt",
  locales: ["pt-BR", "pt-PT"],
  direction: "ltr",
  encoding: "ucs2",
  reviewedByASpeaker: false,
  subject: "Seu código {brand}",
  sms: "{code} é seu código {brand}.",
  expires: { one: "Expira em {minutes} minuto.", other: "Expira em {minutes} minutos." },
  doNotShare: "Não compartilhe.",
  paymentSms: "{code} é seu código {brand} para pagar {amount} a {payee}.",
  voice: "Olá. Seu código {brand} é: {code}. Repetindo: {code}. Até logo.",
  paymentVoice:
    "Olá. Seu código {brand} para pagar {amount} a {payee} é: {code}. Repetindo: {code}. Até logo.",
  regions: [
    {
      of: ["pt-AO", "pt-CV", "pt-MZ", "pt-PT"],
      subject: "O seu código {brand}",
      sms: "{code} é o seu código {brand}.",
      doNotShare: "Não o partilhe.",
      paymentSms: "{code} é o seu código {brand} para pagar {amount} a {payee}.",
      voice: "Olá. O seu código {brand} é: {code}. Repito: {code}. Adeus.",
      paymentVoice:
        "Olá. O seu código {brand} para pagar {amount} a {payee} é: {code}. Repito: {code}. Adeus.",
    },
  ],
};
