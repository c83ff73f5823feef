import {
  cancel,
  changePassword,
  chooseLanguage,
  endOthers,
  endSession,
  forgetBrowser,
  keepCodes,
  leave,
  makeCodes,
  removeOne,
  wantChange,
} from "./change.ts";
import type { Step } from "./current.ts";
import { enrolEmail, keepOne } from "./email.ts";
import { confirmCode, askAgain as enrolAgain, enrolApp, enrolPhone, otherEnrolment } from "./enrol.ts";
import { dispute, takeReset } from "./followed.ts";
import type { StepName } from "./options.ts";
import { enrolPasskey, recoverWithPasskey, signInWithPasskey, usePasskey } from "./passkeys.ts";
import { showPresent } from "./present.ts";
import {
  beginRecovery,
  chooseProof,
  finishRecovery,
  leaveRecovery,
  otherProof,
  sendProofAgain,
  showProof,
} from "./recovery.ts";
import { enterPassword, signOut } from "./sign-in.ts";
import { finishSignUp, signUpStep } from "./sign-up.ts";
import { askAgain, choose, enterCode, otherWay } from "./use.ts";

/** What each form does. */
export const steps: Readonly<Record<StepName, Step>> = {
  "sign-in": enterPassword,
  "sign-in/passkey": signInWithPasskey,
  "sign-up/number": signUpStep(({ numbers }, current, fields) => numbers.number(current, fields)),
  "sign-up/code": signUpStep(({ numbers }, current, fields) => numbers.code(current, fields)),
  "sign-up/resend": signUpStep(({ numbers }, current) => numbers.ask(current, "resend")),
  "sign-up/call": signUpStep(({ numbers }, current) => numbers.ask(current, "call")),
  "sign-up/cancel": signUpStep(async ({ numbers }, current) => ({
    ...(await numbers.cancel(current)),
    round: null,
    note: null,
  })),
  "sign-up/restart": signUpStep(async ({ numbers }, current) => ({
    ...(await numbers.cancel(current)),
    round: null,
    note: null,
  })),
  "sign-up/finish": finishSignUp,
  choose,
  code: enterCode,
  passkey: usePasskey,
  resend: askAgain(null),
  call: askAgain("voice"),
  other: otherWay,
  cancel,
  "enrol/phone": enrolPhone,
  "enrol/app": enrolApp,
  "enrol/passkey": enrolPasskey,
  "enrol/code": confirmCode,
  "enrol/resend": enrolAgain(null),
  "enrol/call": enrolAgain("voice"),
  "enrol/other": otherEnrolment,
  "codes-kept": keepCodes,
  change: wantChange,
  "change/present": showPresent,
  "change/password": changePassword,
  "change/codes": makeCodes,
  "change/remove": removeOne,
  language: chooseLanguage,
  "end-session": endSession,
  "end-others": endOthers,
  forget: forgetBrowser,
  leave,
  "sign-out": signOut,
  "enrol/email": enrolEmail,
  keep: keepOne,
  "recover/name": beginRecovery,
  "recover/choose": chooseProof,
  "recover/code": showProof,
  "recover/passkey": recoverWithPasskey,
  "recover/resend": sendProofAgain(null),
  "recover/call": sendProofAgain("voice"),
  "recover/other": otherProof,
  "recover/finish": finishRecovery,
  "recover/cancel": leaveRecovery,
  "not-me": dispute,
  reset: takeReset,
};
