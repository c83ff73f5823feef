import type { NoticeLanguage } from "./notice-language.ts";

export const vi: NoticeLanguage = {
  language: "vi",
  direction: "ltr",
  encoding: "ucs2",
  reviewedByASpeaker: false,
  phoneAdded: "{brand}: một điện thoại đã được thêm vào tài khoản của bạn.",
  phoneRemoved: "{brand}: một điện thoại đã bị xóa khỏi tài khoản của bạn.",
  emailAdded: "{brand}: một địa chỉ email đã được thêm vào tài khoản của bạn.",
  emailRemoved: "{brand}: một địa chỉ email đã bị xóa khỏi tài khoản của bạn.",
  authenticatorAdded: "{brand}: một cách đăng nhập đã được thêm vào tài khoản của bạn.",
  authenticatorRemoved: "{brand}: một cách đăng nhập đã bị xóa khỏi tài khoản của bạn.",
  removalBegun: "{brand}: một cách đăng nhập sắp bị xóa khỏi tài khoản của bạn.",
  passwordChanged: "{brand}: mật khẩu của bạn đã được đổi.",
  recoveryCodesMade: "{brand}: mã khôi phục mới đã được tạo; mã cũ không còn dùng được.",
  recoveryCodeUsed: "{brand}: một mã khôi phục của bạn đã được dùng.",
  recovered: "{brand}: tài khoản của bạn đã được khôi phục.",
  resetStarted: "{brand}: việc đặt lại tài khoản của bạn đã bắt đầu.",
  resetDone: "{brand}: tài khoản của bạn đã được đặt lại.",
  disputed: "{brand}: bạn đã bị đăng xuất khỏi mọi nơi; không thể đổi tài khoản cho đến khi bạn khôi phục.",
  disablingNear: "{brand}: nhiều mã sai đã được nhập; thêm vài mã sai nữa sẽ tắt một cách đăng nhập.",
  authenticatorDisabled:
    "{brand}: quá nhiều mã sai đã khiến một cách đăng nhập vào tài khoản của bạn bị tắt.",
  notYou: "Không phải bạn? Dừng lại tại đây: {link}",
  notYouTell: "Không phải bạn? Hãy báo ngay cho {brand}.",
  reset: "{brand}: hãy thiết lập lại tài khoản trong vòng {minutes} phút: {link}",
  resetSubject: "{brand}: hãy thiết lập lại tài khoản",
};
