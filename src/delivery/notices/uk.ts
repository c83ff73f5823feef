import type { NoticeLanguage } from "./notice-language.ts";

export const uk: NoticeLanguage = {
  language: "uk",
  direction: "ltr",
  encoding: "ucs2",
  reviewedByASpeaker: false,
  phoneAdded: "{brand}: до вашого облікового запису додано телефон.",
  phoneRemoved: "{brand}: з вашого облікового запису вилучено телефон.",
  emailAdded: "{brand}: до вашого облікового запису додано адресу ел. пошти.",
  emailRemoved: "{brand}: з вашого облікового запису вилучено адресу ел. пошти.",
  authenticatorAdded: "{brand}: до вашого облікового запису додано спосіб входу.",
  authenticatorRemoved: "{brand}: з вашого облікового запису вилучено спосіб входу.",
  removalBegun: "{brand}: спосіб входу незабаром буде вилучено з облікового запису.",
  passwordChanged: "{brand}: ваш пароль змінено.",
  recoveryCodesMade: "{brand}: створено нові резервні коди; старі більше не діють.",
  recoveryCodeUsed: "{brand}: використано один із ваших резервних кодів.",
  recovered: "{brand}: ваш обліковий запис відновлено.",
  resetStarted: "{brand}: розпочато скидання вашого облікового запису.",
  resetDone: "{brand}: ваш обліковий запис скинуто.",
  disputed:
    "{brand}: ви вийшли на всіх пристроях; обліковий запис не можна змінити, доки ви його не відновите.",
  disablingNear: "{brand}: введено багато хибних кодів; ще кілька, і спосіб входу буде вимкнено.",
  authenticatorDisabled:
    "{brand}: через багато хибних кодів вимкнено спосіб входу до вашого облікового запису.",
  notYou: "Це не ви? Зупиніть тут: {link}",
  notYouTell: "Це не ви? Одразу повідомте {brand}.",
  reset: "{brand}: налаштуйте обліковий запис знову протягом {minutes} хв: {link}",
  resetSubject: "{brand}: налаштуйте обліковий запис знову",
};
