import assert from "node:assert/strict";
import { deliveryId, key, type PurgeCounts, type Store } from "../../store/index.ts";
import type { Chapter } from "./kit.ts";
import { began, checkAt, dayMs, fill, idempotencyRow, put, putStarted, type Started } from "./rows.ts";

const keptMs = 30 * dayMs;
const runsMax = 200;
const none = { verifications: 0, deliveries: 0, messages: 0, events: 0, recipients: 0, idempotency: 0 };
const kinds = Object.keys(none) as (keyof typeof none)[];

/** Old rows go, a few at a time; young ones stay. */
export function purgeChecks({ check }: Chapter): void {
  check(
    "N-8: after 31 days no row of the first day is left, no run exceeds its batch, and younger rows stay",
    async ({ store }) => {
      const perDay = 3;
      const days = fill(31, (day) => day);
      const started: Started[][] = [];
      for (const day of days) {
        started.push(
          await Promise.all(fill(perDay, (n) => putDay(store, day * 10 + n, began + day * dayMs))),
        );
      }
      const now = began + 31 * dayMs;
      const total = await purgeAll(store, { settled: now - keptMs, idempotency: now - dayMs }, 2);
      assert.deepEqual(total, {
        ...none,
        verifications: perDay,
        deliveries: perDay,
        recipients: perDay,
        idempotency: perDay * 30,
      });
      for (const day of days) {
        for (const rows of started[day] ?? [])
          assert.equal(await isThere(store, rows), day >= 1, `day ${day}`);
      }
      const later = await purgeAll(store, { settled: now + dayMs, idempotency: now + dayMs }, 7);
      assert.equal(later.verifications, perDay * 30);
      assert.equal(later.recipients, perDay * 30);
      assert.deepEqual(await store.due("delivery", now + keptMs, 10), []);
      assert.deepEqual(await store.due("alarm", now + keptMs, 10), []);
    },
  );

  check("N-8: what is exactly as old as the limit stays", async ({ store }) => {
    const rows = await putDay(store, 1, began);
    assert.deepEqual(await purgeAll(store, { settled: began, idempotency: began }, 10), none);
    assert.equal(await isThere(store, rows), true);
    const all = await purgeAll(store, { settled: began + 1, idempotency: began + 1 }, 10);
    assert.deepEqual(all, { ...none, verifications: 1, deliveries: 1, recipients: 1, idempotency: 1 });
  });

  check(
    "N-8: an update after a purge sees what is gone, and a recipient that was seen again stays",
    async ({ store }) => {
      const old = await putStarted(store, 1, began);
      const seenAgain = { ...old.recipient, id: "seen-again", lastSeenAt: began + keptMs };
      await put(store, [{ table: "recipient", id: seenAgain.id, row: seenAgain }]);
      await store.get(key("verification", old.verification.id));
      await purgeAll(store, { settled: began + dayMs, idempotency: began + dayMs }, 10);
      assert.equal((await checkAt(store, old.verification.id, true, began + 1_000)).type, "notFound");
      assert.deepEqual(await store.get(key("recipient", "seen-again")), seenAgain);
    },
  );

  check("N-8: recipients are walked to the end even where most of them are young", async ({ store }) => {
    const young = began + keptMs;
    await Promise.all(fill(20, (n) => putStarted(store, n, n === 19 ? began : young)));
    const total = await purgeAll(store, { settled: began + dayMs, idempotency: began }, 3);
    assert.equal(total.recipients, 1);
    assert.equal(await store.get(key("recipient", "recipient-19")), undefined);
  });
}

async function putDay(store: Store, seed: number, at: number): Promise<Started> {
  const rows = await putStarted(store, seed, at);
  const record = idempotencyRow(`i${seed}`, rows.verification.id, at);
  await put(store, [{ table: "idempotency", id: record.id, row: record }]);
  return rows;
}

/** Runs until a run says that nothing is left. */
async function purgeAll(
  store: Store,
  before: { readonly settled: number; readonly idempotency: number },
  limit: number,
): Promise<Omit<PurgeCounts, "finished" | "accounts">> {
  const total = { ...none };
  for (let run = 0; run < runsMax; run++) {
    const counts = await store.purge(before, limit);
    for (const name of kinds) {
      assert.ok(counts[name] <= limit, `${counts[name]} ${name} in one run`);
      total[name] += counts[name];
    }
    if (counts.finished) return total;
  }
  throw new RangeError(`a purge was not finished after ${runsMax} runs`);
}

/** All of a start's rows, or none: anything between is a failure of its own. */
async function isThere(store: Store, { recipient, verification }: Started): Promise<boolean> {
  const rows = [
    await store.get(key("recipient", recipient.id)),
    await store.get(key("verification", verification.id)),
    await store.get(key("delivery", deliveryId(verification.id, 1))),
  ];
  const found = rows.filter((row) => row !== undefined).length;
  assert.ok(found === 0 || found === rows.length, `${found} of ${rows.length} rows of one start`);
  return found > 0;
}
