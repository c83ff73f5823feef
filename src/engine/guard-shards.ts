import type { Clock } from "../clock/index.ts";
import type { Store } from "../store/index.ts";
import type { SharedCounts } from "./guard-counts.ts";
import type { DrawnOf } from "./guard-purse.ts";

/** What one node tells the others, and itself after a restart. */
export interface Shard {
  readonly at: number;
  readonly money: DrawnOf;
  /** Of regions with a cap for the hour; absent in shards of versions before. */
  readonly hours?: DrawnOf;
  readonly counts: SharedCounts;
}

/** Each node's row of its own: nobody waits for another's, and none is written by every request (F-15). */
export interface Shards {
  /** Reads what there is: before anything is counted. */
  load(): Promise<{ readonly own: Shard | null; readonly others: readonly Shard[] }>;
  /** Writes this node's shard, then reads the others'. Whoever asks while one runs gets the next. */
  sync(): Promise<void>;
}

export interface ShardParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly node: string;
  readonly mine: () => Shard;
  readonly onWritten: () => void;
  readonly onOthers: (others: readonly Shard[]) => void;
}

const prefix = "guard.";
/** Longer than the longest window and the longest day: nothing in it counts any more. */
const keptMs = 26 * 3_600_000;

export function createShards({ store, clock, node, mine, onWritten, onOthers }: ShardParts): Shards {
  // A data folder has one holder at a time, who goes on where the last one stopped.
  const isAlone = store.isExclusive === true;
  const name = `${prefix}${isAlone ? "alone" : node}`;
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  let written = "";

  async function read(): Promise<ReadonlyMap<string, Shard>> {
    const shards = new Map<string, Shard>();
    for (const [key, value] of await store.metas()) {
      if (!key.startsWith(prefix)) continue;
      const shard = JSON.parse(value) as Shard;
      if (clock.now() - shard.at < keptMs) shards.set(key, shard);
      else if (key !== name) await store.writeMeta(key, null);
    }
    return shards;
  }

  async function once(): Promise<void> {
    const shard = mine();
    const { at, ...said } = shard;
    const text = JSON.stringify(said);
    if (text !== written) {
      await store.writeMeta(name, JSON.stringify(shard));
      written = text;
    }
    if (isAlone) {
      onWritten();
      return;
    }
    const shards = await read();
    // Only now: who may count on must know what the others have by then.
    onWritten();
    onOthers([...shards].filter(([key]) => key !== name).map(([, other]) => other));
  }

  return {
    async load() {
      const shards = await read();
      const others = [...shards].filter(([key]) => key !== name).map(([, other]) => other);
      return { own: shards.get(name) ?? null, others };
    },
    sync() {
      if (running === null) {
        running = once().finally(() => {
          running = null;
        });
        return running;
      }
      // The one under way may have written before what the caller wants told.
      next ??= running
        .catch(() => undefined)
        .then(() => {
          next = null;
          return this.sync();
        });
      return next;
    },
  };
}
