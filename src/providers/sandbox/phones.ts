import type { Clock } from "../../clock/index.ts";
import { oldestFirst } from "../../delivery/index.ts";
import { createPhoneFeed, type PhoneFeed } from "./feed.ts";
import type { PhoneCall, PhoneMessage, PhoneReply } from "./phone.ts";

export interface PhoneSummary {
  readonly number: string;
  readonly messages: number;
  readonly lastReceivedAt: number;
}

/** What the carrier learns when somebody deals with its call. */
export type CallReport = (status: "delivered" | "failed") => void;

/** Phones that exist as soon as something is sent to them. They live in memory: a code is never written to a disk. */
export interface Phones {
  receive(
    number: string,
    message: Omit<PhoneMessage, "id" | "receivedAt">,
    report?: CallReport,
  ): PhoneMessage;
  /** Newest message first; empty for a phone that never received any. */
  messages(number: string): readonly PhoneMessage[];
  /** How the call with this message stands; null where it is no call, or forgotten. */
  call(number: string, messageId: string): PhoneCall | null;
  /** Answers or declines a call that rings; null where none does. The carrier hears of it, as of a real one. */
  take(number: string, messageId: string, act: "answer" | "decline"): PhoneCall | null;
  /** What a call says, where that is known only once somebody listens. Nothing happens for a message that is gone. */
  say(number: string, messageId: string, said: Pick<PhoneMessage, "text" | "code">): void;
  /** Sends a text from the phone, to whom it heard from last if nobody is named. */
  reply(number: string, text: string, to?: string): PhoneReply;
  /** Newest first. */
  replies(number: string): readonly PhoneReply[];
  /** The phone that was used last comes first. */
  list(): readonly PhoneSummary[];
  /** Clears one phone, or all. */
  clear(number?: string): void;
  /** What happens here, as it happens. */
  readonly feed: PhoneFeed;
}

/** How long a call rings before the mailbox takes it. */
export const ringingMs = 25_000;

const phonesMax = 2_000;
const messagesPerPhoneMax = 50;

interface Ring {
  readonly ringsUntil: number;
  readonly taken: "answered" | "declined" | null;
  readonly report: CallReport | null;
}

interface Phone {
  readonly messages: readonly PhoneMessage[];
  readonly replies: readonly PhoneReply[];
  /** By message; only those of the messages that are kept. */
  readonly rings: ReadonlyMap<string, Ring>;
}

const emptyPhone: Phone = { messages: [], replies: [], rings: new Map() };

export function createPhones(clock: Clock): Phones {
  /** Insertion order is the order of the last message: the front is what a full house forgets. */
  const byNumber = new Map<string, Phone>();
  const forgetOldest = oldestFirst(byNumber, phonesMax);
  const feed = createPhoneFeed(clock);
  let count = 0;

  function put(number: string, phone: Phone): void {
    byNumber.delete(number);
    byNumber.set(number, phone);
    forgetOldest();
  }

  return {
    feed,
    receive(number, message, report) {
      count += 1;
      const arrived: PhoneMessage = { id: `m${count}`, ...message, receivedAt: clock.now() };
      put(number, withMessage(byNumber.get(number) ?? emptyPhone, arrived, report ?? null));
      const call = callOf(byNumber.get(number), arrived.id, arrived.receivedAt);
      feed.publish({ type: "message", number, message: arrived, call });
      return arrived;
    },
    messages: (number) => byNumber.get(number)?.messages ?? [],
    call: (number, messageId) => callOf(byNumber.get(number), messageId, clock.now()),
    take(number, messageId, act) {
      const phone = byNumber.get(number);
      const ring = phone?.rings.get(messageId);
      if (phone === undefined || ring === undefined) return null;
      if (callOf(phone, messageId, clock.now())?.state !== "ringing") return null;
      const taken = act === "answer" ? "answered" : "declined";
      byNumber.set(number, {
        ...phone,
        rings: new Map(phone.rings).set(messageId, { ...ring, taken, report: null }),
      });
      ring.report?.(act === "answer" ? "delivered" : "failed");
      const call: PhoneCall = { messageId, state: taken, ringsUntil: ring.ringsUntil };
      feed.publish({ type: "call", number, call });
      return call;
    },
    say(number, messageId, said) {
      const phone = byNumber.get(number);
      const call = callOf(phone, messageId, clock.now());
      if (phone === undefined || call === null) return;
      const messages = phone.messages.map((one) => (one.id === messageId ? { ...one, ...said } : one));
      byNumber.set(number, { ...phone, messages });
      feed.publish({ type: "call", number, call });
    },
    reply(number, text, to) {
      count += 1;
      const phone = byNumber.get(number) ?? emptyPhone;
      const heard = phone.messages[0]?.from ?? null;
      const reply: PhoneReply = { id: `r${count}`, to: to ?? heard, text, sentAt: clock.now() };
      put(number, { ...phone, replies: [reply, ...phone.replies].slice(0, messagesPerPhoneMax) });
      feed.publish({ type: "reply", number, reply });
      return reply;
    },
    replies: (number) => byNumber.get(number)?.replies ?? [],
    list: () => [...byNumber].map(([number, phone]) => summaryOf(number, phone)).reverse(),
    clear(number) {
      if (number === undefined) byNumber.clear();
      else byNumber.delete(number);
      feed.publish({ type: "cleared", number: number ?? null });
    },
  };
}

function summaryOf(number: string, { messages, replies }: Phone): PhoneSummary {
  const lastReceivedAt = messages[0]?.receivedAt ?? replies[0]?.sentAt ?? 0;
  return { number, messages: messages.length, lastReceivedAt };
}

function withMessage(phone: Phone, arrived: PhoneMessage, report: CallReport | null): Phone {
  const messages = [arrived, ...phone.messages].slice(0, messagesPerPhoneMax);
  if (arrived.channel !== "voice" && phone.rings.size === 0) return { ...phone, messages };
  const rings = new Map(phone.rings);
  if (arrived.channel === "voice") {
    rings.set(arrived.id, { ringsUntil: arrived.receivedAt + ringingMs, taken: null, report });
  }
  const kept = new Set(messages.map((one) => one.id));
  for (const id of rings.keys()) if (!kept.has(id)) rings.delete(id);
  return { ...phone, messages, rings };
}

/** Nobody has to watch the clock for a call that nobody takes: its end follows from the time. */
function callOf(phone: Phone | undefined, messageId: string, now: number): PhoneCall | null {
  const ring = phone?.rings.get(messageId);
  if (ring === undefined) return null;
  const state = ring.taken ?? (now < ring.ringsUntil ? "ringing" : "voicemail");
  return { messageId, state, ringsUntil: ring.ringsUntil };
}
