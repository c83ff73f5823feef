import type { LanguageTexts } from "./language-texts.ts";

export const cy: LanguageTexts = {
  language: "cy",
  locales: ["cy-CY", "cy-GB"],
  direction: "ltr",
  encoding: "gsm7",
  reviewedByASpeaker: false,
  subject: "Eich cod {brand}",
  sms: "{code} yw eich cod {brand}.",
  expires: { other: "Daw i ben mewn {minutes} munud." },
  doNotShare: "Cadwch ef yn gyfrinachol.",
  paymentSms: "{code} yw eich cod {brand} i dalu {amount} i {payee}.",
  voice: "Helo. Eich cod {brand} yw: {code}. Eto: {code}. Hwyl fawr.",
  paymentVoice: "Helo. Eich cod {brand} i dalu {amount} i {payee} yw: {code}. Eto: {code}. Hwyl fawr.",
};
