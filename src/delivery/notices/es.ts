import type { NoticeLanguage } from "./notice-language.ts";

export const es: NoticeLanguage = {
  language: "es",
  direction: "ltr",
  encoding: "ucs2",
  reviewedByASpeaker: false,
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
  disablingNear:
    "{brand}: se han introducido muchos códigos erróneos; unos pocos más desactivarán un modo de acceso.",
  authenticatorDisabled:
    "{brand}: demasiados códigos erróneos han desactivado un modo de acceso a su cuenta.",
  notYou: "¿No ha sido usted? Deténgalo aquí: {link}",
  notYouTell: "¿No ha sido usted? Avise a {brand} enseguida.",
  reset: "{brand}: configure de nuevo su cuenta en {minutes} minutos: {link}",
  resetSubject: "{brand}: configure de nuevo su cuenta",
};
