import type { NoticeLanguage } from "./notice-language.ts";

export const pt: NoticeLanguage = {
  language: "pt",
  direction: "ltr",
  encoding: "ucs2",
  reviewedByASpeaker: false,
  phoneAdded: "{brand}: um telefone foi adicionado à sua conta.",
  phoneRemoved: "{brand}: um telefone foi removido da sua conta.",
  emailAdded: "{brand}: um endereço de e-mail foi adicionado à sua conta.",
  emailRemoved: "{brand}: um endereço de e-mail foi removido da sua conta.",
  authenticatorAdded: "{brand}: uma forma de entrar foi adicionada à sua conta.",
  authenticatorRemoved: "{brand}: uma forma de entrar foi removida da sua conta.",
  removalBegun: "{brand}: uma forma de entrar será removida em breve da sua conta.",
  passwordChanged: "{brand}: sua senha foi alterada.",
  recoveryCodesMade: "{brand}: novos códigos de recuperação foram criados; os antigos não valem mais.",
  recoveryCodeUsed: "{brand}: um dos seus códigos de recuperação foi usado.",
  recovered: "{brand}: sua conta foi recuperada.",
  resetStarted: "{brand}: uma redefinição da sua conta foi iniciada.",
  resetDone: "{brand}: sua conta foi redefinida.",
  disputed: "{brand}: suas sessões foram encerradas; a conta não pode mudar até você a recuperar.",
  disablingNear:
    "{brand}: muitos códigos errados foram inseridos; mais alguns desativam uma forma de entrar.",
  authenticatorDisabled: "{brand}: códigos errados demais desativaram uma forma de entrar na sua conta.",
  notYou: "Não foi você? Interrompa aqui: {link}",
  notYouTell: "Não foi você? Avise {brand} imediatamente.",
  reset: "{brand}: configure sua conta de novo em até {minutes} minutos: {link}",
  resetSubject: "{brand}: configure sua conta de novo",
};
