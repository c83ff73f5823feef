import type { NoticeLanguage } from "./notice-language.ts";

export const it: NoticeLanguage = {
  language: "it",
  direction: "ltr",
  encoding: "gsm7",
  reviewedByASpeaker: false,
  phoneAdded: "{brand}: un telefono è stato aggiunto al tuo account.",
  phoneRemoved: "{brand}: un telefono è stato rimosso dal tuo account.",
  emailAdded: "{brand}: un indirizzo e-mail è stato aggiunto al tuo account.",
  emailRemoved: "{brand}: un indirizzo e-mail è stato rimosso dal tuo account.",
  authenticatorAdded: "{brand}: un metodo di accesso è stato aggiunto al tuo account.",
  authenticatorRemoved: "{brand}: un metodo di accesso è stato rimosso dal tuo account.",
  removalBegun: "{brand}: un metodo di accesso sta per essere rimosso dal tuo account.",
  passwordChanged: "{brand}: la tua password è stata cambiata.",
  recoveryCodesMade: "{brand}: sono stati creati nuovi codici di recupero; i vecchi non valgono più.",
  recoveryCodeUsed: "{brand}: è stato usato uno dei tuoi codici di recupero.",
  recovered: "{brand}: il tuo account è stato recuperato.",
  resetStarted: "{brand}: è iniziata una reimpostazione del tuo account.",
  resetDone: "{brand}: il tuo account è stato reimpostato.",
  disputed: "{brand}: tutte le sessioni sono chiuse; per cambiare il tuo account devi prima recuperarlo.",
  disablingNear:
    "{brand}: sono stati inseriti molti codici errati; ancora pochi e un metodo di accesso sarà disattivato.",
  authenticatorDisabled:
    "{brand}: troppi codici errati hanno disattivato un metodo di accesso al tuo account.",
  notYou: "Non eri tu? Blocca qui: {link}",
  notYouTell: "Non eri tu? Avvisa subito {brand}.",
  reset: "{brand}: configura di nuovo il tuo account entro {minutes} minuti: {link}",
  resetSubject: "{brand}: configura di nuovo il tuo account",
};
