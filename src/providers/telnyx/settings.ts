import type { Secret } from "../../secrets/index.ts";

/** An account at Telnyx. */
export interface TelnyxSettings {
  readonly apiKey: Secret;
  /** A number of the account in E.164, or a name, which needs the messaging profile. */
  readonly from: string;
  readonly messagingProfileId: string | null;
  /** What webhooks are verified with: base64 of the 32 bytes that the console shows. */
  readonly publicKey: string;
  /** What calls need; null: there are none. They need callbacks too, since the text is said when somebody answers. */
  readonly calls: {
    /** The Call Control application. */
    readonly connectionId: string;
    readonly from: string;
    /** As Telnyx names it; null: the vendor's standard voice of the text's language. */
    readonly voice: string | null;
  } | null;
  /** `https://api.telnyx.com`. */
  readonly url: string;
}

export function isTelnyxPublicKey(given: string): boolean {
  return /^[A-Za-z0-9+/]{43}=$/.test(given);
}
