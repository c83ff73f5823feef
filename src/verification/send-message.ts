import type { Channel } from "./channel.ts";
import type { Decision, MessageOutcome } from "./decision.ts";
import type { Delivery } from "./delivery.ts";
import type { Message } from "./message.ts";
import { newRecipient, type Recipient, withoutFuture } from "./recipient.ts";
import type { Destination } from "./verification.ts";

/** A text to be sent, as far as the rows need to know it. */
export interface MessageCommand extends Omit<Message, "createdAt"> {
  /** For a recipient that was never seen. */
  readonly sealedAddress: string;
  /** Where it goes, for the routes; absent where nobody asks. */
  readonly destination?: Destination;
  /** Without it, a text. */
  readonly channel?: Channel;
  /** For how long it is worth sending. */
  readonly lifetimeMs: number;
}

/**
 * A message and its delivery. It costs its recipient none of the sends of a verification: a caller's text is not ours
 * to hold back, and what it may cost is the guard's business.
 */
export function decideMessage(
  current: Recipient | undefined,
  command: MessageCommand,
  now: number,
): Decision<MessageOutcome> {
  const { sealedAddress, lifetimeMs, destination, channel = "sms", ...message } = command;
  const { id, tenantId, recipientId } = message;
  const recipient =
    current === undefined
      ? newRecipient(recipientId, tenantId, sealedAddress, now)
      : withoutFuture(current, now);
  const delivery: Delivery = {
    verificationId: id,
    sequence: 1,
    recipientId,
    tenantId,
    step: 0,
    generation: 1,
    channel,
    cause: "message",
    state: "queued",
    createdAt: now,
    dueAt: now,
    deadline: now + lifetimeMs,
    leaseOwner: null,
    leaseEpoch: 0,
    attempts: [],
    ...(destination === undefined ? {} : { destination }),
  };
  return {
    recipient: { ...recipient, lastSeenAt: now, ...(channel === "sms" ? { textedAt: now } : {}) },
    verification: null,
    replaced: null,
    deliveries: [delivery],
    message: { ...message, createdAt: now },
    outcome: { type: "messageAccepted", messageId: id },
  };
}
