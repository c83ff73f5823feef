import type { NoticeLanguage } from "./notice-language.ts";

export const en: NoticeLanguage = {
  language: "en",
  direction: "ltr",
  encoding: "gsm7",
  reviewedByASpeaker: false,
  phoneAdded: "{brand}: a phone was added to your account.",
  phoneRemoved: "{brand}: a phone was removed from your account.",
  emailAdded: "{brand}: an e-mail address was added to your account.",
  emailRemoved: "{brand}: an e-mail address was removed from your account.",
  authenticatorAdded: "{brand}: a way to sign in was added to your account.",
  authenticatorRemoved: "{brand}: a way to sign in was removed from your account.",
  removalBegun: "{brand}: a way to sign in is about to be removed from your account.",
  passwordChanged: "{brand}: your password was changed.",
  recoveryCodesMade: "{brand}: new recovery codes were made; older ones no longer work.",
  recoveryCodeUsed: "{brand}: one of your recovery codes was used.",
  recovered: "{brand}: your account was recovered.",
  resetStarted: "{brand}: a reset of your account was started.",
  resetDone: "{brand}: your account was reset.",
  disputed:
    "{brand}: you were signed out everywhere, and your account cannot be changed until you recover it.",
  disablingNear:
    "{brand}: many wrong codes were entered; a few more disable a way to sign in to your account.",
  authenticatorDisabled: "{brand}: too many wrong codes have disabled a way to sign in to your account.",
  notYou: "Not you? Stop it here: {link}",
  notYouTell: "Not you? Tell {brand} at once.",
  reset: "{brand}: set up your account again within {minutes} minutes: {link}",
  resetSubject: "{brand}: set up your account again",
};
