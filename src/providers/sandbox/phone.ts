import type { Channel } from "../../verification/index.ts";

/** A text or a call as it arrived on a virtual phone. */
export interface PhoneMessage {
  readonly id: string;
  readonly channel: Channel;
  readonly from: string;
  readonly text: string;
  /** Of an e-mail. */
  readonly subject?: string;
  /** The code in the text, for tests that do not want to search for it; null where there is none. */
  readonly code: string | null;
  readonly receivedAt: number;
}

/** A call rings until somebody takes it, declines it, or the mailbox does what nobody did. */
export type CallState = "ringing" | "answered" | "declined" | "voicemail";

export interface PhoneCall {
  /** The id of the message that the call speaks. */
  readonly messageId: string;
  readonly state: CallState;
  readonly ringsUntil: number;
}

/** A text that the person with the phone sent. */
export interface PhoneReply {
  readonly id: string;
  /** Who gets it: whoever the phone heard from last, unless the person wrote somebody else; null for nobody. */
  readonly to: string | null;
  readonly text: string;
  readonly sentAt: number;
}
