import type { Assets } from "../pages/assets.ts";
import type { Flow } from "../pages/flow.ts";
import type { Memory } from "./memory.ts";

export interface AccountPageOptions {
  /** Whether nothing that is sent costs anything: then accounts are open, unless their service says otherwise. */
  readonly isSandbox: boolean;
  readonly assets: Assets;
  /** Of the verification page: a sign-up proves a number with it. */
  readonly flow: Flow;
  /** No step answers sooner: whether a number gets a message must not show in the time it takes (W-8). */
  wait(): Promise<void>;
}

/** What the pages of one installation work with. */
export interface AccountPages extends AccountPageOptions {
  readonly memory: Memory;
}

/** What can be posted, each below `/account/`. */
export const stepNames = [
  "sign-in",
  "sign-in/passkey",
  "sign-up/number",
  "sign-up/code",
  "sign-up/resend",
  "sign-up/call",
  "sign-up/cancel",
  "sign-up/restart",
  "sign-up/finish",
  "choose",
  "code",
  "passkey",
  "resend",
  "call",
  "other",
  "cancel",
  "enrol/phone",
  "enrol/app",
  "enrol/passkey",
  "enrol/code",
  "enrol/resend",
  "enrol/call",
  "enrol/other",
  "codes-kept",
  "change",
  "change/present",
  "change/password",
  "change/codes",
  "change/remove",
  "language",
  "end-session",
  "end-others",
  "forget",
  "leave",
  "sign-out",
  "enrol/email",
  "keep",
  "recover/name",
  "recover/choose",
  "recover/code",
  "recover/passkey",
  "recover/resend",
  "recover/call",
  "recover/other",
  "recover/finish",
  "recover/cancel",
  "not-me",
  "reset",
] as const;

/** What a browser's passkey is asked for with, each below `/account/` and with `/options` after it. */
export const passkeySteps = [
  "sign-in/passkey",
  "passkey",
  "enrol/passkey",
  "recover/passkey",
] as const satisfies readonly StepName[];

export type PasskeyStep = (typeof passkeySteps)[number];

export type StepName = (typeof stepNames)[number];

/** Where links of ours lead: these answer also where a service has no account pages. */
export type LinkPath = "/account/not-me" | "/account/reset";

export function isOfLink(name: StepName): boolean {
  return name === "not-me" || name === "reset";
}
