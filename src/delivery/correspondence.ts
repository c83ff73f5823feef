import type { Clock } from "../clock/index.ts";
import type { CarrierReceipt } from "./callback.ts";
import { oldestFirst } from "./oldest-first.ts";
import type { Provider } from "./provider.ts";

/** A receipt whose delivery is known. */
export interface JoinedReceipt extends CarrierReceipt {
  readonly reference: string;
}

/**
 * Which of our references a carrier's message id stands for, as far as this node knows. Needed only for receipts that
 * do not repeat the reference, such as those to an address of the whole account.
 */
export interface Correspondence {
  /** The provider, with its acceptances noted. */
  noting(provider: Provider): Provider;
  /** Null where nothing is known of the message yet: then it is parked, for the send may not have returned (W-10). */
  join(provider: string, receipt: CarrierReceipt): JoinedReceipt | null;
}

const knownMax = 20_000;
const parkedMax = 5_000;
const parkedMs = 600_000;

interface Parked {
  readonly receipts: readonly CarrierReceipt[];
  readonly until: number;
}

/** `onJoined` gets parked receipts once their send returned. */
export function createCorrespondence(
  clock: Clock,
  onJoined: (receipt: JoinedReceipt) => void,
): Correspondence {
  const known = new Map<string, string>();
  const parked = new Map<string, Parked>();
  const forgetKnown = oldestFirst(known, knownMax);
  const forgetParked = oldestFirst(parked, parkedMax);

  function note(provider: string, messageId: string, reference: string): void {
    const key = `${provider}/${messageId}`;
    keep(known, key, reference);
    forgetKnown();
    const waiting = parked.get(key);
    parked.delete(key);
    if (waiting === undefined || waiting.until <= clock.now()) return;
    for (const receipt of waiting.receipts) onJoined({ ...receipt, reference });
  }

  return {
    noting(provider) {
      return {
        ...provider,
        async send(message, signal) {
          const answer = await provider.send(message, signal);
          if (answer.type === "accepted") note(provider.id, answer.providerMessageId, message.reference);
          return answer;
        },
      };
    },
    join(provider, receipt) {
      if (receipt.reference !== null) return { ...receipt, reference: receipt.reference };
      if (receipt.providerMessageId === null) return null;
      const key = `${provider}/${receipt.providerMessageId}`;
      const reference = known.get(key);
      if (reference !== undefined) return { ...receipt, reference };
      const earlier = parked.get(key)?.receipts ?? [];
      // A message has a handful of receipts: more are repetitions.
      const receipts = [...earlier, receipt].slice(-8);
      keep(parked, key, { receipts, until: clock.now() + parkedMs });
      forgetParked();
      return null;
    },
  };
}

/** Insertion order is the order of age: what is too much is the oldest. */
function keep<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
}
