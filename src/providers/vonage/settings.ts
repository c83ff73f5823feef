import { createPrivateKey } from "node:crypto";
import type { Secret } from "../../secrets/index.ts";

/** Which of its APIs texts go by. */
export const vonageApis = ["sms", "messages"] as const;
export type VonageApi = (typeof vonageApis)[number];

/** How the SMS API signs its callbacks, as the account's settings name it. `md5hash` is no HMAC. */
export const vonageSignatures = ["sha256", "sha512", "sha1", "md5", "md5hash"] as const;
export type VonageSignature = (typeof vonageSignatures)[number];

/** An account at Vonage. */
export interface VonageSettings {
  readonly apiKey: string;
  readonly apiSecret: Secret;
  /** A number in E.164, or a name. */
  readonly from: string;
  readonly api: VonageApi;
  /** What calls need, and what texts by the Messages API are signed with where it is there. */
  readonly application: { readonly id: string; readonly privateKey: Secret } | null;
  /** The number that calls come from; without it, or without an application, there are none. */
  readonly voiceFrom: string | null;
  /** What callbacks are signed with; null where the account signs none. */
  readonly signatureSecret: Secret | null;
  readonly signature: VonageSignature;
  /** Of the SMS API: `https://rest.nexmo.com`. */
  readonly smsUrl: string;
  /** Of the Messages and Voice APIs: `https://api.nexmo.com`. */
  readonly url: string;
}

/** Whether the text is an RSA key in PEM; environment variables may write its line ends as `\n`. */
export function isVonagePrivateKey(given: string): boolean {
  try {
    return createPrivateKey(toPem(given)).asymmetricKeyType === "rsa";
  } catch {
    return false;
  }
}

export function toPem(given: string): string {
  return given.replaceAll("\\n", "\n");
}
