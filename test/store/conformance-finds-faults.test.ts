import { describe, expect, test } from "vitest";
import { type Key, key, type Rows, type Store, type UpdateDecision } from "../../src/store/index.ts";
import {
  createFakeClock,
  createMemoryStore,
  type OpenOptions,
  storeConformance,
} from "../../src/testing/index.ts";

type Break = (store: Store) => Store;

/** A faulty store a line: what somebody who implements the port could get wrong. */
const faults: Readonly<Record<string, Break>> = {
  "drops the last write of an update": (store) => ({
    ...store,
    update: (keys, decide) =>
      store.update(keys, (rows, now) => {
        const decision = decide(rows, now);
        return "writes" in decision ? { ...decision, writes: decision.writes.slice(0, -1) } : decision;
      }),
  }),
  "reads, decides and then writes without a lock": (store) => ({
    ...store,
    update: (keys, decide) => readThenWrite(store, keys, decide),
  }),
  "writes each row in a transaction of its own": (store) => ({
    ...store,
    async update(keys, decide) {
      const { writes, result } = await store.update(keys, (rows, now) => {
        const decision = decide(rows, now);
        return "writes" in decision ? { writes: [], result: decision } : decision;
      });
      for (const write of writes) await store.update([], () => ({ writes: [write], result: null }));
      return result;
    },
  }),
  "rejects with another error than the decision threw": (store) => ({
    ...store,
    update: (keys, decide) =>
      store.update(keys, decide).catch((cause: unknown) => {
        throw new Error("wrapped", { cause });
      }),
  }),
  "purges what is exactly as old as the limit": (store) => ({
    ...store,
    purge: (before, limit) => store.purge({ ...before, settled: before.settled + 1 }, limit),
  }),
  "purges more than its batch": (store) => ({
    ...store,
    purge: (before, limit) => store.purge(before, limit + 1),
  }),
  "purges once and says that it is finished": (store) => ({
    ...store,
    purge: async (before, limit) => ({ ...(await store.purge(before, limit)), finished: true }),
  }),
  "gives what is due newest first": (store) => ({
    ...store,
    due: async (queue, now, limit) => [...(await store.due(queue, now, limit))].reverse(),
  }),
  "gives what is due a millisecond early": (store) => ({
    ...store,
    due: (queue, now, limit) => store.due(queue, now + 1, limit),
  }),
  "gives more due rows than asked for": (store) => ({
    ...store,
    due: (queue, now, limit) => store.due(queue, now, limit + 1),
  }),
  "never says when something is due next": (store) => ({ ...store, nextDueAt: async () => null }),
  "repeats the last row on the next page": (store) => ({
    ...store,
    verifications: async ({ before, ...query }) => [
      ...(before === undefined ? [] : [await must(store.get(key("verification", before)))]),
      ...(await store.verifications(before === undefined ? query : { ...query, before })),
    ],
  }),
  "lists oldest first": (store) => ({
    ...store,
    verifications: async (query) => [...(await store.verifications(query))].reverse(),
  }),
  "sorts deliveries by text": (store) => ({
    ...store,
    deliveriesOf: async (id) =>
      [...(await store.deliveriesOf(id))].sort((a, b) => (`${a.sequence}` < `${b.sequence}` ? -1 : 1)),
  }),
  "goes on after close": (store) => ({ ...store, close: async () => {} }),
  "forgets meta values": (store) => ({ ...store, writeMeta: async () => {} }),
  "copies before it has written what it acknowledged": (store) => ({
    ...store,
    backup: async (path) => {
      await createMemoryStore({ clock: createFakeClock() }).backup(path);
    },
  }),
};

async function must<R>(row: Promise<R | undefined>): Promise<R> {
  const found = await row;
  if (found === undefined) throw new TypeError("no such row");
  return found;
}

async function readThenWrite<R>(
  store: Store,
  keys: readonly Key[],
  decide: (rows: Rows, now: number) => UpdateDecision<R>,
): Promise<R> {
  const seen = new Map<string, unknown>();
  const rows: Rows = {
    has: (one) => seen.has(`${one.table}/${one.id}`),
    get: (one) => seen.get(`${one.table}/${one.id}`) as never,
  };
  for (let wanted = keys; ; ) {
    for (const one of wanted) seen.set(`${one.table}/${one.id}`, await store.get(one));
    const decision = decide(rows, createFakeClock().now());
    if ("writes" in decision) return await store.update([], () => decision);
    wanted = decision.need;
  }
}

/** Runs the suite without a test runner and returns the titles of what failed. */
async function failures(breakStore: Break, keepQueueBound = true): Promise<string[]> {
  const checks: { readonly title: string; readonly body: () => Promise<void> }[] = [];
  const kit = {
    describe: (_name: string, body: () => void) => body(),
    test: (title: string, body: () => Promise<void>) => checks.push({ title, body }),
  };
  storeConformance(kit, "broken", async ({ queueMax }: OpenOptions) => {
    const clock = createFakeClock();
    const bound = queueMax !== undefined && keepQueueBound ? { queueMax } : {};
    return {
      store: breakStore(createMemoryStore({ clock, ...bound })),
      openBackup: async (from) => createMemoryStore({ clock, from }),
    };
  });
  const failed: string[] = [];
  for (const { title, body } of checks) {
    try {
      await body();
    } catch {
      failed.push(title);
    }
  }
  return failed;
}

describe("DT-7: the conformance suite notices a store that", () => {
  for (const [fault, breakStore] of Object.entries(faults)) {
    test(fault, async () => {
      expect(await failures(breakStore)).not.toEqual([]);
    });
  }

  test("lets any number of updates wait", async () => {
    expect(await failures((store) => store, false)).toEqual([
      "more waiting updates than the bound are refused at the door, and what was let in is done",
    ]);
  });

  test("... and finds nothing wrong with one that keeps the contract", async () => {
    expect(await failures((store) => store)).toEqual([]);
  });
});
