import { type AccountEvent, accountEventOf } from "../accounts/index.ts";
import type { EngineParts } from "../engine/index.ts";
import { shownAddress } from "../engine/shown.ts";
import { toView } from "../engine/view.ts";
import { key, type Rows, rowBefore, type Store, type Write } from "../store/index.ts";
import type { Delivery as DeliveryRow, Recipient, SettledVerification } from "../verification/index.ts";
import { type Delivery, toDelivery, type Verification } from "./verification.ts";

/** What happens to verifications, whoever caused it: a call here, the mounted API, a timer, a receipt. */
export interface CountersignEvents {
  /** A right code, or the tenant said so. */
  readonly approved: { readonly verification: Verification };
  /** Any end: approved, canceled, expired, exhausted or undeliverable. After `approved` for the one that was. */
  readonly settled: { readonly verification: Verification };
  /** A message was made, sent, accepted, delivered, failed or dropped: once a change of its state. */
  readonly delivery: { readonly verificationId: string; readonly delivery: Delivery };
  /** Somebody said of a change that it was not theirs: their sessions are over, and nothing is changed any more. */
  readonly disputed: { readonly subscriberId: string };
  /** Somebody got back in by a recovery: their sessions are over. */
  readonly recovered: { readonly subscriberId: string };
  /** Somebody used the link of a reset and begins anew: their sessions are over, and nothing is enrolled but addresses. */
  readonly reset: { readonly subscriberId: string };
}

export type CountersignEvent = keyof CountersignEvents;
export type Listener<E extends CountersignEvent> = (event: CountersignEvents[E]) => void | Promise<void>;

type Opening = Pick<EngineParts, "keyring" | "dataKeyring" | "log">;

export interface Events {
  on<E extends CountersignEvent>(name: E, listener: Listener<E>): () => void;
  /** The same store, which tells what it has committed. */
  watch(store: Store): Store;
  /** With what addresses are opened; nothing happens before it is known. */
  openWith(parts: Opening): void;
  close(): void;
}

const names: readonly CountersignEvent[] = [
  "approved",
  "settled",
  "delivery",
  "disputed",
  "recovered",
  "reset",
];

interface Change {
  readonly settled: { readonly row: SettledVerification; readonly recipient: Recipient | undefined } | null;
  readonly delivery: DeliveryRow | null;
  readonly account: { readonly event: AccountEvent; readonly subscriberId: string } | null;
}

const nothing: Change = { settled: null, delivery: null, account: null };

/**
 * Listeners hear of what is on the disk, in the order of the commits, in this process only. Between a commit and its
 * listeners a process can die: who must not miss an approval looks at the answer of `check`.
 */
export function createEvents(): Events {
  const listeners = new Map<CountersignEvent, Set<Listener<never>>>(names.map((name) => [name, new Set()]));
  let opened: Opening | null = null;
  const isHeard = (): boolean => names.some((name) => listeners.get(name)?.size !== 0);

  function emit<E extends CountersignEvent>(name: E, event: CountersignEvents[E]): void {
    for (const listener of [...(listeners.get(name) ?? [])] as Listener<E>[])
      void call(name, listener, event);
  }

  /** A listener that fails is the application's: it disturbs neither the engine nor the other listeners. */
  async function call<E extends CountersignEvent>(
    name: E,
    listener: Listener<E>,
    event: CountersignEvents[E],
  ): Promise<void> {
    try {
      await listener(event);
    } catch (cause) {
      const error = cause instanceof Error ? cause.name : "unknown";
      opened?.log.error({ event: "listener", listener: name, error }, "a listener threw");
    }
  }

  function tell({ settled, delivery, account }: Change): void {
    if (opened === null) return;
    if (account !== null) emit(account.event, { subscriberId: account.subscriberId });
    if (delivery !== null) {
      emit("delivery", { verificationId: delivery.verificationId, delivery: toDelivery(delivery) });
    }
    if (settled?.recipient === undefined) return;
    const { row, recipient } = settled;
    const verification = toView(row, shownAddress(opened, recipient), row.settledAt);
    if (row.status === "approved") emit("approved", { verification });
    emit("settled", { verification });
  }

  return {
    on(name, listener) {
      const heard = listeners.get(name);
      if (heard === undefined) {
        throw new TypeError(`on: there is no event ${JSON.stringify(name)}; there are ${names.join(", ")}`);
      }
      if (typeof listener !== "function")
        throw new TypeError(`on: the listener of ${name} must be a function`);
      heard.add(listener);
      return () => void heard.delete(listener);
    },
    watch: (store) => watched(store, isHeard, tell),
    openWith(parts) {
      opened = parts;
    },
    close() {
      for (const heard of listeners.values()) heard.clear();
    },
  };
}

/** The same store, which tells of what an update has changed once it is durable. */
function watched(store: Store, isHeard: () => boolean, tell: (change: Change) => void): Store {
  return {
    ...store,
    async update(keys, decide) {
      let changes: readonly Change[] = [];
      const result = await store.update(keys, (rows, now) => {
        const made = decide(rows, now);
        // The decision may run again on newer rows: the last run is the one that is written.
        changes =
          "need" in made || !isHeard() ? [] : made.writes.flatMap((one) => changeOf(rows, one, made.writes));
        return made;
      });
      for (const change of changes) tell(change);
      return result;
    },
  };
}

function changeOf(rows: Rows, write: Write, all: readonly Write[]): Change[] {
  if (write.row === null) return [];
  if (write.table === "delivery") {
    const before = rowBefore(rows, key("delivery", write.id))?.state;
    return before === write.row.state ? [] : [{ ...nothing, delivery: write.row }];
  }
  if (write.table === "subscriber") {
    const before = rowBefore(rows, key("subscriber", write.id));
    const event = before === undefined ? null : accountEventOf(before, write.row);
    return event === null ? [] : [{ ...nothing, account: { event, subscriberId: write.id } }];
  }
  if (write.table !== "verification" || write.row.status === "pending") return [];
  // What is settled is never written again, unless an operator restores it.
  if (rowBefore(rows, key("verification", write.id))?.status === write.row.status) return [];
  const recipient = recipientOf(rows, write.row.recipientId, all);
  return [{ ...nothing, settled: { row: write.row, recipient } }];
}

/** Every change of a verification locks its recipient. */
function recipientOf(rows: Rows, id: string, all: readonly Write[]): Recipient | undefined {
  for (const write of all) {
    if (write.table === "recipient" && write.id === id && write.row !== null) return write.row;
  }
  return rowBefore(rows, key("recipient", id));
}
