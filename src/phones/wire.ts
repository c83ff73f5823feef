import type { PhoneCall, PhoneEvent, PhoneMessage, PhoneReply } from "../providers/sandbox/index.ts";
import { unreachable } from "../verification/index.ts";

/** How things of the phones look in JSON: instants as text. */
export interface WireMessage extends Omit<PhoneMessage, "receivedAt"> {
  readonly receivedAt: string;
}

export function wireMessage(message: PhoneMessage): WireMessage {
  return { ...message, receivedAt: instant(message.receivedAt) };
}

export function wireReply(reply: PhoneReply): {
  readonly id: string;
  readonly to: string | null;
  readonly text: string;
  readonly sentAt: string;
} {
  return { ...reply, sentAt: instant(reply.sentAt) };
}

export function wireCall({ messageId, state, ringsUntil }: PhoneCall): {
  readonly messageId: string;
  readonly state: string;
  readonly ringsUntil: string;
} {
  return { messageId, state, ringsUntil: instant(ringsUntil) };
}

/** The data of an event in the stream; its type stands beside it. */
export function wireEvent(event: PhoneEvent): object {
  switch (event.type) {
    case "message": {
      const { number, message, call } = event;
      return { number, ...wireMessage(message), ...(call === null ? {} : { call: wireCall(call) }) };
    }
    case "call":
      return { number: event.number, ...wireCall(event.call) };
    case "reply":
      return { number: event.number, ...wireReply(event.reply) };
    case "cleared":
      return { number: event.number };
    case "faults":
      return {};
    default:
      return unreachable(event);
  }
}

export function instant(at: number): string {
  return new Date(at).toISOString();
}
