import type { NoticeLanguage } from "./notice-language.ts";

export const id: NoticeLanguage = {
  language: "id",
  direction: "ltr",
  encoding: "gsm7",
  reviewedByASpeaker: false,
  phoneAdded: "{brand}: sebuah telepon ditambahkan ke akun Anda.",
  phoneRemoved: "{brand}: sebuah telepon dihapus dari akun Anda.",
  emailAdded: "{brand}: sebuah alamat email ditambahkan ke akun Anda.",
  emailRemoved: "{brand}: sebuah alamat email dihapus dari akun Anda.",
  authenticatorAdded: "{brand}: sebuah cara masuk ditambahkan ke akun Anda.",
  authenticatorRemoved: "{brand}: sebuah cara masuk dihapus dari akun Anda.",
  removalBegun: "{brand}: sebuah cara masuk akan segera dihapus dari akun Anda.",
  passwordChanged: "{brand}: kata sandi Anda diubah.",
  recoveryCodesMade: "{brand}: kode pemulihan baru dibuat; yang lama tidak berlaku lagi.",
  recoveryCodeUsed: "{brand}: salah satu kode pemulihan Anda dipakai.",
  recovered: "{brand}: akun Anda dipulihkan.",
  resetStarted: "{brand}: penyetelan ulang akun Anda dimulai.",
  resetDone: "{brand}: akun Anda disetel ulang.",
  disputed:
    "{brand}: Anda dikeluarkan dari semua perangkat; akun tidak dapat diubah sampai Anda memulihkannya.",
  disablingNear:
    "{brand}: banyak kode salah dimasukkan; beberapa lagi akan menonaktifkan sebuah cara masuk ke akun Anda.",
  authenticatorDisabled:
    "{brand}: terlalu banyak kode salah telah menonaktifkan sebuah cara masuk ke akun Anda.",
  notYou: "Bukan Anda? Hentikan di sini: {link}",
  notYouTell: "Bukan Anda? Segera beri tahu {brand}.",
  reset: "{brand}: siapkan lagi akun Anda dalam {minutes} menit: {link}",
  resetSubject: "{brand}: siapkan lagi akun Anda",
};
