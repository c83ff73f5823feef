import type { Secret } from "../../secrets/index.ts";

/** An account at Twilio. */
export interface TwilioSettings {
  /** `AC` and 32 hexadecimal digits. */
  readonly accountSid: string;
  /** Also what Twilio signs its callbacks with. */
  readonly authToken: Secret;
  /** A number in E.164, a name, or the SID of a messaging service (`MG...`). */
  readonly from: string;
  /** The number that calls come from; without it there are none. */
  readonly voiceFrom: string | null;
  /** `https://api.twilio.com`. */
  readonly url: string;
}
