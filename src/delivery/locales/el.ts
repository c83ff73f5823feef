import type { LanguageTexts } from "./language-texts.ts";

export const el: LanguageTexts = {
  language: "el",
  locales: ["el-GR"],
  direction: "ltr",
  encoding: "ucs2",
  reviewedByASpeaker: false,
  subject: "Ο κωδικός {brand}",
  sms: "{code} είναι ο κωδικός {brand}.",
  expires: { one: "Λήγει σε {minutes} λεπτό.", other: "Λήγει σε {minutes} λεπτά." },
  doNotShare: "Μην τον μοιραστείτε.",
  paymentSms: "{code} είναι ο κωδικός {brand} για πληρωμή {amount} προς {payee}.",
  voice: "Γεια σας. Ο κωδικός σας για {brand} είναι: {code}. Ξανά: {code}. Αντίο.",
  paymentVoice:
    "Γεια σας. Ο κωδικός {brand} για πληρωμή {amount} προς {payee} είναι: {code}. Ξανά: {code}. Αντίο.",
};
