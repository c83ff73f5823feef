import type { NoticeLanguage } from "./notice-language.ts";

export const tr: NoticeLanguage = {
  language: "tr",
  direction: "ltr",
  encoding: "ucs2",
  reviewedByASpeaker: false,
  phoneAdded: "{brand}: hesabınıza bir telefon eklendi.",
  phoneRemoved: "{brand}: hesabınızdan bir telefon kaldırıldı.",
  emailAdded: "{brand}: hesabınıza bir e-posta adresi eklendi.",
  emailRemoved: "{brand}: hesabınızdan bir e-posta adresi kaldırıldı.",
  authenticatorAdded: "{brand}: hesabınıza bir giriş yöntemi eklendi.",
  authenticatorRemoved: "{brand}: hesabınızdan bir giriş yöntemi kaldırıldı.",
  removalBegun: "{brand}: bir giriş yöntemi yakında hesabınızdan kaldırılacak.",
  passwordChanged: "{brand}: şifreniz değiştirildi.",
  recoveryCodesMade: "{brand}: yeni kurtarma kodları oluşturuldu; eskileri artık geçersiz.",
  recoveryCodeUsed: "{brand}: kurtarma kodlarınızdan biri kullanıldı.",
  recovered: "{brand}: hesabınız kurtarıldı.",
  resetStarted: "{brand}: hesabınızın sıfırlanması başlatıldı.",
  resetDone: "{brand}: hesabınız sıfırlandı.",
  disputed: "{brand}: her yerden çıkış yapıldı; kurtarana kadar hesabınız değiştirilemez.",
  disablingNear:
    "{brand}: çok sayıda hatalı kod girildi; birkaç tane daha girilirse bir giriş yöntemi devre dışı kalır.",
  authenticatorDisabled:
    "{brand}: çok sayıda hatalı kod nedeniyle hesabınızın bir giriş yöntemi devre dışı bırakıldı.",
  notYou: "Siz değil miydiniz? Buradan durdurun: {link}",
  notYouTell: "Siz değil miydiniz? Hemen {brand} ile iletişime geçin.",
  reset: "{brand}: hesabınızı {minutes} dakika içinde yeniden kurun: {link}",
  resetSubject: "{brand}: hesabınızı yeniden kurun",
};
