/** Words for an SMS, an e-mail and a call. `{name}` stands for a value; which ones a text has is fixed and tested. */
export interface Words {
  /** Of an e-mail, which says what `sms` says. Without the code: mail servers log it, and locked screens show it. */
  readonly subject: string;
  /** The code first, and who it is for. What follows is added while it costs no further segment (O-6, A-11). */
  readonly sms: string;
  /** How long the code works, by the plural category of the minutes (1 to 10). `other` serves those not listed. */
  readonly expires: { readonly [category in Intl.LDMLPluralRule]?: string } & { readonly other: string };
  readonly doNotShare: string;
  /** Instead of `sms`: what is paid, and to whom (S-1). */
  readonly paymentSms: string;
  /** Greeting, the code twice, goodbye. */
  readonly voice: string;
  readonly paymentVoice: string;
}

/** One language, for all of its regions. */
export interface LanguageTexts extends Words {
  /** BCP 47, without a region. */
  readonly language: string;
  /** Other tags that mean this language, or whose readers understand it. */
  readonly also?: readonly string[];
  /** The locales that are tested and listed. Others of this language get the same words. */
  readonly locales: readonly string[];
  readonly direction: "ltr" | "rtl";
  /** What an SMS of these words takes with a brand of ASCII letters (O-5). */
  readonly encoding: "gsm7" | "ucs2";
  readonly reviewedByASpeaker: boolean;
  /** Between two sentences; a space where nothing is said. */
  readonly between?: string;
  /** Between the characters of a code that is read out: a pause to the voice. `, ` where nothing is said. */
  readonly digitSeparator?: string;
  /** Where regions or scripts of the language differ. */
  readonly regions?: readonly ({ readonly of: readonly string[] } & Partial<Words>)[];
}
