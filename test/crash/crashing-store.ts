import { StorageUnavailable, type Store } from "../../src/store/index.ts";

export interface CrashingStore {
  readonly store: Store;
  /** Whether the crash has happened. */
  readonly hasCrashed: boolean;
}

/**
 * A process that dies at its nth update: before it reached the store, or after it was committed but before anybody
 * heard of it. From then on nothing of that process reaches the store.
 */
export function crashAt(store: Store, nth: number, when: "before" | "after"): CrashingStore {
  let updates = 0;
  let hasCrashed = false;
  const dead = (): never => {
    throw new StorageUnavailable("the process is dead");
  };
  const alive = <A extends unknown[], R>(call: (...given: A) => Promise<R>) => {
    return async (...given: A): Promise<R> => (hasCrashed ? dead() : await call(...given));
  };
  return {
    get hasCrashed() {
      return hasCrashed;
    },
    store: {
      ...store,
      async update(keys, decide) {
        if (hasCrashed) dead();
        updates += 1;
        if (updates !== nth) return await store.update(keys, decide);
        hasCrashed = true;
        if (when === "after") await store.update(keys, decide);
        return dead();
      },
      get: alive(store.get),
      deliveriesOf: alive(store.deliveriesOf),
      due: alive(store.due),
      nextDueAt: alive(store.nextDueAt),
      services: alive(store.services),
    },
  };
}
