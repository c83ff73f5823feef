import type { Clock } from "../../clock/index.ts";
import type { PhoneCall, PhoneMessage, PhoneReply } from "./phone.ts";

/** What happened on the virtual phones, for whoever watches them. */
export type PhoneEvent =
  | {
      readonly type: "message";
      readonly number: string;
      readonly message: PhoneMessage;
      /** For calls. */
      readonly call: PhoneCall | null;
    }
  | { readonly type: "call"; readonly number: string; readonly call: PhoneCall }
  | { readonly type: "reply"; readonly number: string; readonly reply: PhoneReply }
  /** One phone was emptied; null: all were. */
  | { readonly type: "cleared"; readonly number: string | null }
  | { readonly type: "faults" };

/** An event and its place: `<run>-<number>`, so that an id of an earlier run of the server is not taken for one of this. */
export interface FeedEntry {
  readonly id: string;
  readonly event: PhoneEvent;
}

/** The newest events, kept for those who were away for a moment. */
export interface PhoneFeed {
  publish(event: PhoneEvent): void;
  /** The id of the newest event. */
  lastId(): string;
  /** What happened after this id, oldest first; null where that cannot be told any more. */
  after(id: string): readonly FeedEntry[] | null;
  /** Calls `listener` with each event from now on, until what it returns is called. */
  subscribe(listener: (entry: FeedEntry) => void): () => void;
}

const eventsMax = 500;

export function createPhoneFeed(clock: Clock): PhoneFeed {
  const run = clock.now().toString(36);
  const listeners = new Set<(entry: FeedEntry) => void>();
  let kept: (FeedEntry & { readonly number: number })[] = [];
  let published = 0;
  /** Events up to this one are forgotten. */
  let forgotten = 0;

  function numberOf(id: string): number | null {
    const [ofRun, number = ""] = id.split("-");
    return ofRun === run && /^\d{1,15}$/.test(number) ? Number(number) : null;
  }

  /** Who empties a phone wants its codes gone, from here too. */
  function forget(phone: string | null): void {
    kept = kept.filter(({ event }) => event.type === "faults" || (phone !== null && event.number !== phone));
  }

  return {
    publish(event) {
      if (event.type === "cleared") forget(event.number);
      published += 1;
      const entry = { id: `${run}-${published}`, event, number: published };
      kept.push(entry);
      // In strides, so that a busy feed does not move its whole memory for each event.
      if (kept.length >= 2 * eventsMax) {
        forgotten = kept[eventsMax - 1]?.number ?? forgotten;
        kept = kept.slice(eventsMax);
      }
      for (const listener of [...listeners]) listener(entry);
    },
    lastId: () => `${run}-${published}`,
    after(id) {
      const number = numberOf(id);
      if (number === null || number < forgotten || number > published) return null;
      return kept.filter((one) => one.number > number);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
