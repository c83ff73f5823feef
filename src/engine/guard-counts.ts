import {
  added,
  type CounterName,
  counted,
  merged,
  opensAt,
  type Tally,
  type VelocityLimit,
  type VelocityReading,
  type WindowName,
} from "../guard/index.ts";

/** A counter that a message concerns; `id` names it without saying what it counts. */
export interface CounterKey {
  readonly limit: VelocityLimit;
  readonly id: string;
}

/** What other nodes, or this one after a restart, must know of a counter: sends, and how many of them were approved. */
export type SharedCount = readonly [sends: Tally, approved: Tally | null];

export type SharedCounts = Readonly<Record<string, SharedCount>>;

/** Velocity counters of one node, bounded, outside all locks (F-15). */
export interface GuardCounts {
  read(key: CounterKey, now: number): VelocityReading;
  addSend(key: CounterKey, now: number, amount: 1 | -1): void;
  addApproved(key: CounterKey, now: number, amount: number): void;
  /** Whether one more would be more than this node may take before the others know. */
  mustShare(key: CounterKey): boolean;
  /** The counters that are near enough to their limit to matter to others, at most `sharedMax`. */
  shared(now: number): SharedCounts;
  /** What was just written is known to the others. */
  wasShared(): void;
  /** Goes on with what a node of the same name had before it stopped. */
  restore(own: SharedCounts): void;
  learn(others: readonly SharedCounts[]): void;
}

interface Held {
  sends: Tally | undefined;
  approved: Tally | undefined;
  /** Sends since the others were told, and those that they are being told of. */
  untold: number;
  telling: number;
  readonly limit: VelocityLimit;
}

export const heldMax = 32_768;
export const sharedMax = 2_048;

/** A node takes at most this part of a limit before it tells the others: what F-15 calls the overshoot of a node. */
export function overshootOf(max: number): number {
  return Math.max(1, Math.floor(max / 4));
}

export function counterId(counter: CounterName, window: WindowName, digest: string): string {
  return `${counter}/${window}/${digest}`;
}

// house: size: one set of counters and what may be done with it
export function createGuardCounts(velocity: readonly VelocityLimit[]): GuardCounts {
  const limits = new Map(velocity.map((one) => [`${one.counter}/${one.window}`, one]));
  let young = new Map<string, Held>();
  let old = new Map<string, Held>();
  let others = new Map<string, { sends: Tally | undefined; approved: Tally | undefined }>();

  function heldOf(id: string, limit: VelocityLimit, now: number): Held {
    const known = young.get(id) ?? old.get(id);
    const held = known ?? { sends: undefined, approved: undefined, untold: 0, telling: 0, limit };
    if (!young.has(id)) {
      if (young.size >= heldMax) turn(now);
      young.set(id, held);
    }
    return held;
  }

  /** The older half is forgotten, except for what is near its limit: no flood of others may wash that out. */
  function turn(now: number): void {
    const kept = nearLimit(now);
    old = young;
    young = new Map(kept);
  }

  function nearLimit(now: number): [string, Held][] {
    const near: [string, Held, number][] = [];
    for (const [id, held] of everyHeld()) {
      const sends = counted(held.sends, held.limit.window, now);
      if (sends >= overshootOf(held.limit.max)) near.push([id, held, sends / held.limit.max]);
    }
    if (near.length > sharedMax) near.sort((one, other) => other[2] - one[2]);
    return near.slice(0, sharedMax).map(([id, held]) => [id, held]);
  }

  function everyHeld(): Map<string, Held> {
    return old.size === 0 ? young : new Map([...old, ...young]);
  }

  return {
    read({ limit, id }, now) {
      const own = young.get(id) ?? old.get(id);
      const theirs = others.get(id);
      const sends = merged(own?.sends, theirs?.sends);
      const approved = merged(own?.approved, theirs?.approved);
      const { window } = limit;
      return {
        limit,
        count: {
          sends: counted(sends, window, now),
          approved: counted(approved, window, now),
          opensAt: opensAt(sends, window, now),
        },
      };
    },
    addSend({ limit, id }, now, amount) {
      const held = heldOf(id, limit, now);
      held.sends = added(held.sends, limit.window, now, amount);
      held.untold = Math.max(0, held.untold + amount);
    },
    addApproved({ limit, id }, now, amount) {
      const held = heldOf(id, limit, now);
      held.approved = added(held.approved, limit.window, now, amount);
    },
    mustShare({ limit, id }) {
      const held = young.get(id) ?? old.get(id);
      return held !== undefined && held.untold + held.telling >= overshootOf(limit.max);
    },
    shared(now) {
      for (const held of everyHeld().values()) {
        held.telling += held.untold;
        held.untold = 0;
      }
      const near = nearLimit(now);
      return Object.fromEntries(
        near.flatMap(([id, { sends, approved }]) =>
          sends === undefined ? [] : [[id, [sends, approved ?? null] as const]],
        ),
      );
    },
    wasShared() {
      for (const held of everyHeld().values()) held.telling = 0;
    },
    restore(own) {
      for (const [id, [sends, approved]] of Object.entries(own)) {
        const limit = limits.get(id.slice(0, id.lastIndexOf("/")));
        if (limit === undefined || young.size >= heldMax) continue;
        young.set(id, { sends, approved: approved ?? undefined, untold: 0, telling: 0, limit });
      }
    },
    learn(shards) {
      others = new Map();
      for (const shard of shards) {
        for (const [id, [sends, approved]] of Object.entries(shard)) {
          const known = others.get(id);
          others.set(id, {
            sends: merged(known?.sends, sends),
            approved: merged(known?.approved, approved ?? undefined),
          });
        }
      }
    },
  };
}
