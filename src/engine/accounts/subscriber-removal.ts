import type { Address, Subscriber } from "../../accounts/index.ts";
import { blindIndex } from "../../secrets/index.ts";
import { key, type Rows, type Write } from "../../store/index.ts";
import { eraseSent } from "../erase.ts";
import { type AccountParts, addressIn } from "./parts.ts";
import { type BesideEnding, sessionsMax } from "./sessions.ts";
import { findSubscriber, type SubscriberRef } from "./subscribers.ts";

export type RemoveSubscriber = SubscriberRef & {
  /** With everything that was sent to their proved numbers and addresses, and the counts and locks of these. */
  readonly erase?: boolean | undefined;
};

/** What else has to hold for a removal, under the same locks, and what is written with it. */
export interface BesideRemoval extends BesideEnding {
  allows(rows: Rows, now: number): boolean;
}

const nothingBeside: BesideRemoval = { keys: [], allows: () => true, writes: () => [] };

/** Sends that come in between make another round. */
const roundsMax = 50;

type Removed = "removed" | "refused" | "sentMeanwhile";

/**
 * Removes a subscriber with its name, the ids of its passkeys and its sessions; challenges find nobody any more and go
 * with their time. Where all is to be erased, the subscriber goes last, and only while nothing is left at its addresses:
 * whoever is cut off in between asks again.
 * @throws SealBroken where an address that is to be erased cannot be read; then nothing is done
 */
export async function removeSubscriber(
  parts: AccountParts,
  request: RemoveSubscriber,
  beside: BesideRemoval = nothingBeside,
): Promise<boolean> {
  const isErasing = request.erase === true;
  let ref: SubscriberRef = request;
  for (let round = 0; round < roundsMax; round++) {
    const subscriber = await findSubscriber(parts, ref);
    if (subscriber === undefined) return false;
    // The name may be somebody else's by the next round.
    ref = { tenantId: subscriber.tenantId, subscriberId: subscriber.id };
    if (isErasing) await eraseAllSent(parts, subscriber);
    const removed = await removeRow(parts, subscriber, isErasing, beside);
    if (removed === "sentMeanwhile") continue;
    if (removed === "removed") await removeSessions(parts, subscriber.id);
    return removed === "removed";
  }
  throw new RangeError(`somebody was sent messages faster than they were erased, ${roundsMax} times`);
}

async function eraseAllSent(parts: AccountParts, subscriber: Subscriber): Promise<void> {
  const { id, tenantId } = subscriber;
  for (const recipientId of provenRecipients(parts, subscriber))
    await eraseSent(parts, tenantId, recipientId);
  // They say which browser they are of, and of those that a crash leaves nobody is left to ask for the rest.
  await removeSessions(parts, id);
}

function removeRow(
  parts: AccountParts,
  { id, nameId }: Subscriber,
  isErasing: boolean,
  beside: BesideRemoval,
): Promise<Removed> {
  const subscriberKey = key("subscriber", id);
  return parts.store.update<Removed>(
    [key("subscriberName", nameId), subscriberKey, ...beside.keys],
    (rows, now) => {
      const subscriber = rows.get(subscriberKey);
      if (subscriber === undefined || !beside.allows(rows, now)) return { writes: [], result: "refused" };
      const recipients = isErasing ? provenRecipients(parts, subscriber) : [];
      const recipientKeys = recipients.map((one) => key("recipient", one));
      const unseen = recipientKeys.filter((one) => !rows.has(one));
      if (unseen.length > 0) return { need: unseen };
      if (recipientKeys.some((one) => rows.get(one) !== undefined))
        return { writes: [], result: "sentMeanwhile" };
      return {
        writes: [
          { table: "subscriberName", id: nameId, row: null },
          { table: "subscriber", id, row: null },
          ...beside.writes(rows, now),
        ],
        result: "removed",
      };
    },
  );
}

/**
 * Whom they get codes and notices as. What they never proved may be somebody else's: by an enrolment of another's number,
 * and a removal after it, its locks would open.
 */
function provenRecipients(parts: AccountParts, { tenantId, authenticators }: Subscriber): readonly string[] {
  const ids = authenticators
    .filter(
      (one): one is Address => (one.type === "phone" || one.type === "email") && one.confirmedAt !== null,
    )
    .map((one) =>
      one.type === "phone" && one.recipient !== undefined
        ? one.recipient.id
        : blindIndex(parts.keyring, tenantId, one.type, addressIn(parts, tenantId, one)),
    );
  return [...new Set(ids)];
}

/** Nobody's any more, they let nobody in; what a crash leaves of them goes with its time. */
async function removeSessions({ store }: AccountParts, subscriberId: string): Promise<void> {
  for (;;) {
    const page = await store.sessionsOf({ subscriberId, limit: sessionsMax });
    if (page.length === 0) return;
    await store.update(
      page.map(({ id }) => key("session", id)),
      () => ({
        writes: page.map(({ id }): Write => ({ table: "session", id, row: null })),
        result: undefined,
      }),
    );
    if (page.length < sessionsMax) return;
  }
}
