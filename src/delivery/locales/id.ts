import type { LanguageTexts } from "./language-texts.ts";

export const id: LanguageTexts = {
  language: "id",
  locales: ["id-ID"],
  direction: "ltr",
  encoding: "gsm7",
  reviewedByASpeaker: false,
  subject: "Kode {brand} Anda",
  sms: "{code} adalah kode {brand} Anda.",
  expires: { other: "Berlaku {minutes} menit." },
  doNotShare: "Jangan bagikan kode ini.",
  paymentSms: "{code} adalah kode {brand} Anda untuk membayar {amount} kepada {payee}.",
  voice: "Halo. Kode {brand} Anda adalah: {code}. Sekali lagi: {code}. Sampai jumpa.",
  paymentVoice:
    "Halo. Kode {brand} Anda untuk membayar {amount} kepada {payee} adalah: {code}. Sekali lagi: {code}. Sampai jumpa.",
};
