import type { NoticeLanguage } from "./notice-language.ts";

export const de: NoticeLanguage = {
  language: "de",
  direction: "ltr",
  encoding: "gsm7",
  reviewedByASpeaker: false,
  phoneAdded: "{brand}: Ihrem Konto wurde ein Telefon hinzugefügt.",
  phoneRemoved: "{brand}: Ein Telefon wurde aus Ihrem Konto entfernt.",
  emailAdded: "{brand}: Ihrem Konto wurde eine E-Mail-Adresse hinzugefügt.",
  emailRemoved: "{brand}: Eine E-Mail-Adresse wurde aus Ihrem Konto entfernt.",
  authenticatorAdded: "{brand}: Ihrem Konto wurde ein Anmeldeweg hinzugefügt.",
  authenticatorRemoved: "{brand}: Ein Anmeldeweg wurde aus Ihrem Konto entfernt.",
  removalBegun: "{brand}: Ein Anmeldeweg wird demnächst aus Ihrem Konto entfernt.",
  passwordChanged: "{brand}: Ihr Passwort wurde geändert.",
  recoveryCodesMade: "{brand}: Neue Wiederherstellungscodes wurden erstellt; ältere gelten nicht mehr.",
  recoveryCodeUsed: "{brand}: Einer Ihrer Wiederherstellungscodes wurde verwendet.",
  recovered: "{brand}: Ihr Konto wurde wiederhergestellt.",
  resetStarted: "{brand}: Ein Zurücksetzen Ihres Kontos wurde begonnen.",
  resetDone: "{brand}: Ihr Konto wurde zurückgesetzt.",
  disputed: "{brand}: Sie wurden überall abgemeldet; Ihr Konto ist gesperrt, bis Sie es wiederherstellen.",
  disablingNear:
    "{brand}: Viele falsche Codes wurden eingegeben; wenige weitere sperren einen Anmeldeweg Ihres Kontos.",
  authenticatorDisabled: "{brand}: Zu viele falsche Codes haben einen Anmeldeweg Ihres Kontos gesperrt.",
  notYou: "Nicht Sie? Hier stoppen: {link}",
  notYouTell: "Nicht Sie? Sagen Sie {brand} sofort Bescheid.",
  reset: "{brand}: Richten Sie Ihr Konto binnen {minutes} Minuten neu ein: {link}",
  resetSubject: "{brand}: Richten Sie Ihr Konto neu ein",
};
