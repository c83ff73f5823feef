import type { NoticeKind } from "../accounts/index.ts";

/** The words of one language. */
export interface NoticeWords extends Readonly<Record<NoticeKind, string>> {
  /** What to do, with `{link}`; and where there is no link. */
  readonly notYou: string;
  readonly notYouTell: string;
  /** The way back in, with `{link}` and `{minutes}`. */
  readonly reset: string;
  readonly resetSubject: string;
}

/** By language. Where there are none, English. */
export const noticeLanguages: Readonly<Record<string, NoticeWords>> = {
  en: {
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
    notYou: "Not you? Stop it here: {link}",
    notYouTell: "Not you? Tell {brand} at once.",
    reset: "{brand}: set up your account again within {minutes} minutes: {link}",
    resetSubject: "{brand}: set up your account again",
  },
  de: {
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
    notYou: "Nicht Sie? Hier stoppen: {link}",
    notYouTell: "Nicht Sie? Sagen Sie {brand} sofort Bescheid.",
    reset: "{brand}: Richten Sie Ihr Konto binnen {minutes} Minuten neu ein: {link}",
    resetSubject: "{brand}: Richten Sie Ihr Konto neu ein",
  },
  fr: {
    phoneAdded: "{brand}: un téléphone a été ajouté à votre compte.",
    phoneRemoved: "{brand}: un téléphone a été retiré de votre compte.",
    emailAdded: "{brand}: une adresse e-mail a été ajoutée à votre compte.",
    emailRemoved: "{brand}: une adresse e-mail a été retirée de votre compte.",
    authenticatorAdded: "{brand}: un moyen de connexion a été ajouté à votre compte.",
    authenticatorRemoved: "{brand}: un moyen de connexion a été retiré de votre compte.",
    removalBegun: "{brand}: un moyen de connexion va être retiré de votre compte.",
    passwordChanged: "{brand}: votre mot de passe a été modifié.",
    recoveryCodesMade: "{brand}: de nouveaux codes de secours ont été créés; les anciens ne valent plus.",
    recoveryCodeUsed: "{brand}: un de vos codes de secours a été utilisé.",
    recovered: "{brand}: votre compte a été récupéré.",
    resetStarted: "{brand}: une réinitialisation de votre compte a commencé.",
    resetDone: "{brand}: votre compte a été réinitialisé.",
    disputed:
      "{brand}: vous êtes déconnecté partout; rien ne change dans votre compte avant sa récupération.",
    notYou: "Ce n'est pas vous? Arrêtez-le ici: {link}",
    notYouTell: "Ce n'est pas vous? Prévenez {brand} tout de suite.",
    reset: "{brand}: reconfigurez votre compte dans les {minutes} minutes: {link}",
    resetSubject: "{brand}: reconfigurez votre compte",
  },
  es: {
    phoneAdded: "{brand}: se ha añadido un teléfono a su cuenta.",
    phoneRemoved: "{brand}: se ha quitado un teléfono de su cuenta.",
    emailAdded: "{brand}: se ha añadido un correo electrónico a su cuenta.",
    emailRemoved: "{brand}: se ha quitado un correo electrónico de su cuenta.",
    authenticatorAdded: "{brand}: se ha añadido un modo de acceso a su cuenta.",
    authenticatorRemoved: "{brand}: se ha quitado un modo de acceso de su cuenta.",
    removalBegun: "{brand}: un modo de acceso se va a quitar de su cuenta.",
    passwordChanged: "{brand}: se ha cambiado su contraseña.",
    recoveryCodesMade: "{brand}: hay nuevos códigos de recuperación; los anteriores ya no valen.",
    recoveryCodeUsed: "{brand}: se ha usado uno de sus códigos de recuperación.",
    recovered: "{brand}: se ha recuperado su cuenta.",
    resetStarted: "{brand}: se ha iniciado un restablecimiento de su cuenta.",
    resetDone: "{brand}: se ha restablecido su cuenta.",
    disputed: "{brand}: se ha cerrado la sesión en todas partes; su cuenta no cambia hasta que la recupere.",
    notYou: "¿No ha sido usted? Deténgalo aquí: {link}",
    notYouTell: "¿No ha sido usted? Avise a {brand} enseguida.",
    reset: "{brand}: configure de nuevo su cuenta en {minutes} minutos: {link}",
    resetSubject: "{brand}: configure de nuevo su cuenta",
  },
};
