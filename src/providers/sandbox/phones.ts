import type { Clock } from "../../clock/index.ts";
import type { Channel } from "../../verification/index.ts";

/** A text or a call as it arrived on a virtual phone. */
export interface PhoneMessage {
  readonly id: string;
  readonly channel: Channel;
  readonly from: string;
  readonly text: string;
  /** The code in the text, for tests that do not want to search for it; null where there is none. */
  readonly code: string | null;
  readonly receivedAt: number;
}

export interface PhoneSummary {
  readonly number: string;
  readonly messages: number;
  readonly lastReceivedAt: number;
}

/** Phones that exist as soon as something is sent to them. They live in memory: a code is never written to a disk. */
export interface Phones {
  receive(number: string, message: Omit<PhoneMessage, "id" | "receivedAt">): PhoneMessage;
  /** Newest message first; empty for a phone that never received any. */
  messages(number: string): readonly PhoneMessage[];
  /** The phone that received last comes first. */
  list(): readonly PhoneSummary[];
  /** Clears one phone, or all. */
  clear(number?: string): void;
}

const phonesMax = 2_000;
const messagesPerPhoneMax = 50;

export function createPhones(clock: Clock): Phones {
  /** Insertion order is the order of the last message: the front is what a full house forgets. */
  const byNumber = new Map<string, PhoneMessage[]>();
  let received = 0;
  return {
    receive(number, message) {
      received += 1;
      const arrived: PhoneMessage = { id: `m${received}`, ...message, receivedAt: clock.now() };
      const earlier = byNumber.get(number) ?? [];
      byNumber.delete(number);
      byNumber.set(number, [arrived, ...earlier].slice(0, messagesPerPhoneMax));
      if (byNumber.size > phonesMax) {
        const oldest = byNumber.keys().next();
        if (oldest.done !== true) byNumber.delete(oldest.value);
      }
      return arrived;
    },
    messages: (number) => byNumber.get(number) ?? [],
    list: () =>
      [...byNumber]
        .map(([number, messages]) => ({
          number,
          messages: messages.length,
          lastReceivedAt: messages[0]?.receivedAt ?? 0,
        }))
        .reverse(),
    clear(number) {
      if (number === undefined) byNumber.clear();
      else byNumber.delete(number);
    },
  };
}
