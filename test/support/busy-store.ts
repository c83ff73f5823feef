import type { Store } from "../../src/store/index.ts";

/** A store that tells whether somebody waits for it: for clocks that stand still until nobody does. */
export interface BusyStores {
  readonly isBusy: () => boolean;
  readonly watch: (store: Store) => Store;
}

export function watchStores(): BusyStores {
  let waiting = 0;
  const counted =
    <A extends unknown[], R>(call: (...given: A) => Promise<R>) =>
    (...given: A): Promise<R> => {
      waiting += 1;
      return call(...given).finally(() => {
        waiting -= 1;
      });
    };
  return {
    isBusy: () => waiting > 0,
    watch(store) {
      const { update, get, deliveriesOf, due, nextDueAt, services, messages, readMeta, writeMeta } = store;
      return {
        ...store,
        update: (keys, decide) => counted(() => update(keys, decide))(),
        get: (key) => counted(() => get(key))(),
        deliveriesOf: counted(deliveriesOf),
        due: counted(due),
        nextDueAt: counted(nextDueAt),
        services: counted(services),
        messages: counted(messages),
        readMeta: counted(readMeta),
        writeMeta: counted(writeMeta),
      };
    },
  };
}
