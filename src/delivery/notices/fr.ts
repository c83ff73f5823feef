import type { NoticeLanguage } from "./notice-language.ts";

export const fr: NoticeLanguage = {
  language: "fr",
  direction: "ltr",
  encoding: "gsm7",
  reviewedByASpeaker: false,
  phoneAdded: "{brand}: un téléphone a été ajouté à votre compte.",
  phoneRemoved: "{brand}: un téléphone a été retiré de votre compte.",
  emailAdded: "{brand}: une adresse e-mail a été ajoutée à votre compte.",
  emailRemoved: "{brand}: une adresse e-mail a été retirée de votre compte.",
  authenticatorAdded: "{brand}: un moyen de connexion a été ajouté à votre compte.",
  authenticatorRemoved: "{brand}: un moyen de connexion a été retiré de votre compte.",
  removalBegun: "{brand}: un moyen de connexion sera prochainement retiré de votre compte.",
  passwordChanged: "{brand}: votre mot de passe a été modifié.",
  recoveryCodesMade: "{brand}: de nouveaux codes de secours ont été créés; les anciens ne valent plus.",
  recoveryCodeUsed: "{brand}: un de vos codes de secours a été utilisé.",
  recovered: "{brand}: votre compte a été récupéré.",
  resetStarted: "{brand}: une réinitialisation de votre compte a commencé.",
  resetDone: "{brand}: votre compte a été réinitialisé.",
  disputed: "{brand}: toutes vos sessions sont closes; votre compte est figé jusqu'à sa récupération.",
  disablingNear:
    "{brand}: de nombreux codes erronés ont été saisis; quelques autres désactiveront un moyen de connexion.",
  authenticatorDisabled: "{brand}: trop de codes erronés ont désactivé un moyen de connexion à votre compte.",
  notYou: "Ce n'est pas vous? Bloquez ici: {link}",
  notYouTell: "Ce n'est pas vous? Prévenez {brand} tout de suite.",
  reset: "{brand}: reconfigurez votre compte dans les {minutes} minutes: {link}",
  resetSubject: "{brand}: reconfigurez votre compte",
};
