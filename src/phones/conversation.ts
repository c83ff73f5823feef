import { describeNumber, parsePhoneNumber } from "../numbers/index.ts";
import type { PhoneCall, PhoneMessage, PhoneReply, Phones } from "../providers/sandbox/index.ts";

/** One line of a conversation: what came in, or what went out. */
export type Entry =
  | {
      readonly type: "message";
      readonly at: number;
      readonly message: PhoneMessage;
      readonly call: PhoneCall | null;
    }
  | { readonly type: "reply"; readonly at: number; readonly reply: PhoneReply };

/** A phone in the list of all phones. */
export interface PhoneLine {
  readonly number: string;
  readonly preview: string;
  readonly at: number;
  readonly isRinging: boolean;
}

/** What came in and what went out, oldest first, as people read it. */
export function conversationOf(phones: Phones, number: string): readonly Entry[] {
  const messages = phones.messages(number).map((message): Entry => {
    const call = phones.call(number, message.id);
    return { type: "message", at: message.receivedAt, message, call };
  });
  const replies = phones.replies(number).map((reply): Entry => ({ type: "reply", at: reply.sentAt, reply }));
  // Both are newest first, and the order of one instant is kept.
  return [...messages.reverse(), ...replies.reverse()].sort((one, other) => one.at - other.at);
}

/** The newest phones, with the last thing that happened there. */
export function phoneLines(phones: Phones, countMax: number): readonly PhoneLine[] {
  return phones
    .list()
    .slice(0, countMax)
    .map(({ number }) => {
      const entries = conversationOf(phones, number);
      const last = entries.at(-1);
      return {
        number,
        preview: last === undefined ? "" : previewOf(last),
        at: last?.at ?? 0,
        isRinging: entries.some((one) => one.type === "message" && one.call?.state === "ringing"),
      };
    });
}

function previewOf(entry: Entry): string {
  if (entry.type === "reply") return `You: ${entry.reply.text}`;
  if (entry.call === null) return entry.message.subject ?? entry.message.text;
  return callWords[entry.call.state];
}

/** What a call is called in each of its states. */
export const callWords: Readonly<Record<PhoneCall["state"], string>> = {
  ringing: "Incoming call",
  answered: "Call answered",
  declined: "Call declined",
  voicemail: "Voicemail",
};

/** A number as people read it; what is no number (an e-mail address) stays as it is. */
export function readable(number: string): string {
  const parsed = parsePhoneNumber(number);
  return parsed.type === "parsed" ? describeNumber(parsed.phoneNumber).formats.international : number;
}
