import type { ServerResponse } from "node:http";
import type { Clock } from "../clock/index.ts";
import type { FeedEntry, PhoneFeed } from "../providers/sandbox/index.ts";
import { wireEvent } from "./wire.ts";

/** Server-sent events: what happens on the phones, to everybody who watches. */
export interface PhoneStreams {
  /**
   * Writes events to `response` until either side closes it. With the id of the last event that the watcher saw, those
   * that it missed come first; where they are forgotten, or without an id, a `reset` says to look at everything anew.
   * False, and nothing is written, where too many streams are open.
   */
  open(response: ServerResponse, lastSeenId: string | undefined, headers: StreamHeaders): boolean;
  /** Ends all streams, and opens no more. */
  close(): void;
}

export type StreamHeaders = Readonly<Record<string, string | number | string[]>>;

export const streamsMax = 32;
const heartbeatMs = 15_000;
const reconnectMs = 1_000;
/** A watcher that reads this much too slowly is cut off; it comes back and resumes. */
const unreadBytesMax = 262_144;

export function createPhoneStreams(feed: PhoneFeed, clock: Clock): PhoneStreams {
  const open = new Set<ServerResponse>();
  let closed = false;

  return {
    open(response, lastSeenId, headers) {
      if (closed || open.size >= streamsMax) return false;
      open.add(response);
      response.writeHead(200, {
        ...headers,
        "content-type": "text/event-stream; charset=utf-8",
        // Proxies would hold the events back until some buffer is full.
        "x-accel-buffering": "no",
      });
      const send = (text: string): void => {
        if (response.writableEnded || response.destroyed) return;
        if (response.writableLength > unreadBytesMax) response.destroy();
        else response.write(text);
      };
      send(`retry: ${reconnectMs}\n\n`);
      const missed = lastSeenId === undefined ? null : feed.after(lastSeenId);
      if (missed === null) send(`id: ${feed.lastId()}\nevent: reset\ndata: {}\n\n`);
      else for (const entry of missed) send(written(entry));
      const leave = feed.subscribe((entry) => send(written(entry)));
      const stopHeart = beat(clock, () => send(":\n\n"));
      response.once("close", () => {
        leave();
        stopHeart();
        open.delete(response);
      });
      return true;
    },
    close() {
      closed = true;
      for (const response of open) response.end();
    },
  };
}

function written({ id, event }: FeedEntry): string {
  return `id: ${id}\nevent: ${event.type}\ndata: ${JSON.stringify(wireEvent(event))}\n\n`;
}

/** So that proxies keep the connection, and a watcher that is gone is noticed. */
function beat(clock: Clock, act: () => void): () => void {
  let stop = clock.after(heartbeatMs, again);
  function again(): void {
    act();
    stop = clock.after(heartbeatMs, again);
  }
  return () => stop();
}
