import { expect, test } from "vitest";
import { key, StorageUnavailable } from "../../src/store/index.ts";
import {
  apiKeyRow,
  began,
  checkAt,
  fill,
  put,
  putStarted,
  tenantId,
} from "../../src/testing/store-conformance/rows.ts";
import { type Opened, openCommits } from "./recorded-commits.ts";

test("what arrives in one turn shares one transaction, and a batch has a bound", async () => {
  const { transactions, store } = openCommits(10);
  await Promise.all(fill(35, (n) => putStarted(store, n)));
  expect(transactions).toEqual(fill(4, () => ["begin immediate", "commit"]).flat());
});

test("a write that fails takes nobody with it: the batch is done again one by one", async () => {
  const { transactions, store } = openCommits(100);
  await put(store, [{ table: "apiKey", id: "k0", row: apiKeyRow("k0", tenantId, "twin") }]);
  transactions.length = 0;
  const all = fill(6, (n) =>
    n === 3
      ? put(store, [{ table: "apiKey", id: "k3", row: apiKeyRow("k3", tenantId, "twin") }])
      : putStarted(store, n),
  );
  const settled = await Promise.allSettled(all);
  expect(settled.map(({ status }) => status)).toEqual(fill(6, (n) => (n === 3 ? "rejected" : "fulfilled")));
  const refused = settled[3];
  expect(refused?.status === "rejected" && refused.reason).toBeInstanceOf(StorageUnavailable);
  // The batch, then six single ones, of which one was rolled back.
  expect(transactions.filter((text) => text === "begin immediate")).toHaveLength(7);
  expect(transactions.filter((text) => text === "commit")).toHaveLength(5);
});

test("decisions of a batch that is done again run on the rows as they are, not as they nearly were", async () => {
  const { store } = openCommits(100);
  await put(store, [{ table: "apiKey", id: "k0", row: apiKeyRow("k0", tenantId, "twin") }]);
  const { verification } = await putStarted(store, 1);
  const outcomes = await Promise.allSettled([
    checkAt(store, verification.id, false, began + 1),
    put(store, [{ table: "apiKey", id: "k1", row: apiKeyRow("k1", tenantId, "twin") }]),
    checkAt(store, verification.id, false, began + 2),
  ]);
  expect(outcomes[0]).toMatchObject({ value: { type: "codeMismatch", checksLeft: 4 } });
  expect(outcomes[2]).toMatchObject({ value: { type: "codeMismatch", checksLeft: 3 } });
  expect((await store.get(key("verification", verification.id)))?.checks).toHaveLength(2);
});

/** A writer whose turns come when the test says so. */
function openTurns(batchMax: number): Opened & { turn(): void; begun(): number } {
  const turns: (() => void)[] = [];
  const opened = openCommits(batchMax, { defer: (turn) => turns.push(turn) });
  return {
    ...opened,
    turn: () => turns.shift()?.(),
    begun: () => opened.transactions.filter((text) => text === "begin immediate").length,
  };
}

test("updates of the turns that follow share the commit, until a turn brings none", async () => {
  const { store, turn, begun } = openTurns(10);
  const all = [putStarted(store, 0)];
  for (const n of [1, 2]) {
    turn();
    all.push(putStarted(store, n));
  }
  turn();
  expect(begun()).toBe(0);
  turn();
  await Promise.all(all);
  expect(begun()).toBe(1);
});

test("a batch that is full waits for nobody", async () => {
  const { store, turn, begun } = openTurns(2);
  const all = [putStarted(store, 0), putStarted(store, 1)];
  turn();
  expect(begun()).toBe(1);
  await Promise.all(all);
});

test("nor does one wait for longer than two milliseconds, however many updates pour in", async () => {
  const { clock, store, turn, begun } = openTurns(10);
  const all: Promise<unknown>[] = [];
  for (let n = 0; begun() === 0; n++) {
    all.push(putStarted(store, n));
    turn();
    clock.jumpTo(clock.now() + 1);
  }
  expect(all).toHaveLength(3);
  await Promise.all(all);
});
