import assert from "node:assert/strict";
import { deliveryId, key, StorageOverloaded, StorageUnavailable, type Write } from "../../store/index.ts";
import type { Chapter } from "./kit.ts";
import {
  apiKeyRow,
  began,
  fill,
  idempotencyRow,
  put,
  putStarted,
  serviceRow,
  startedRows,
  tenantId,
  tenantRow,
  writesOf,
} from "./rows.ts";

/** One durable transaction an update: all of it or nothing, and nobody else's trouble. */
// house: size: a list of checks, each of them short
export function updateChecks({ check }: Chapter): void {
  check(
    "D-1: what an update wrote is there once its promise resolves, exactly as written",
    async (opened) => {
      const { store } = opened;
      const rows = startedRows(1, began);
      const record = idempotencyRow("i1", rows.verification.id, began);
      const others: Write[] = [
        { table: "idempotency", id: record.id, row: record },
        { table: "tenant", id: tenantId, row: tenantRow(tenantId, "first") },
        { table: "service", id: "s1", row: serviceRow("s1", tenantId) },
        { table: "apiKey", id: "k1", row: apiKeyRow("k1", tenantId, "digest-1") },
      ];
      const writes = [...writesOf(rows), ...others];
      await put(store, writes);
      for (const { table, id, row } of writes) assert.deepEqual(await store.get(key(table, id)), row, table);
      if (opened.reopen === undefined) return;
      const again = await opened.reopen();
      try {
        for (const { table, id, row } of writes)
          assert.deepEqual(await again.get(key(table, id)), row, table);
      } finally {
        await again.close();
      }
    },
  );

  check(
    "D-1, W-4: a write that is refused leaves none of its rows, the idempotency record included",
    async ({ store }) => {
      await put(store, [{ table: "apiKey", id: "k1", row: apiKeyRow("k1", tenantId, "twin") }]);
      const rows = startedRows(1, began);
      const record = idempotencyRow("i1", rows.verification.id, began);
      const refused = put(store, [
        ...writesOf(rows),
        { table: "idempotency", id: record.id, row: record },
        { table: "apiKey", id: "k2", row: apiKeyRow("k2", tenantId, "twin") },
      ]);
      const neighbour = putStarted(store, 2);
      await assert.rejects(refused, StorageUnavailable);
      await neighbour;
      assert.equal(await store.get(key("recipient", rows.recipient.id)), undefined);
      assert.equal(await store.get(key("verification", rows.verification.id)), undefined);
      assert.equal(await store.get(key("delivery", deliveryId(rows.verification.id, 1))), undefined);
      assert.equal(await store.get(key("idempotency", "i1")), undefined);
      assert.equal(await store.get(key("apiKey", "k2")), undefined);
      assert.notEqual(await store.get(key("recipient", "recipient-2")), undefined);
    },
  );

  check(
    "D-1: a decision that throws rejects its own promise with its own error, and no other",
    async ({ store }) => {
      const bug = new TypeError("a bug in one decision");
      const first = putStarted(store, 1);
      const broken = store.update([key("recipient", "recipient-9")], () => {
        throw bug;
      });
      const last = putStarted(store, 2);
      const [one, two, three] = await Promise.allSettled([first, broken, last]);
      assert.equal(one.status, "fulfilled");
      assert.equal(two.status === "rejected" && two.reason, bug);
      assert.equal(three.status, "fulfilled");
      assert.notEqual(await store.get(key("recipient", "recipient-1")), undefined);
      assert.notEqual(await store.get(key("recipient", "recipient-2")), undefined);
    },
  );

  check("D-1: a row is removed by writing null, and a later update finds none", async ({ store }) => {
    const { verification, delivery } = await putStarted(store, 1);
    const id = deliveryId(verification.id, delivery.sequence);
    await put(store, [{ table: "delivery", id, row: null }]);
    assert.equal(await store.get(key("delivery", id)), undefined);
    const seen = await store.update([key("delivery", id)], (rows) => ({
      writes: [],
      result: rows.get(key("delivery", id)),
    }));
    assert.equal(seen, undefined);
    assert.deepEqual(await store.deliveriesOf(verification.id), []);
  });
  needChecks({ check });
  rowChecks({ check });
  doorChecks({ check });
}

function needChecks({ check }: Chapter): void {
  check("a decision may learn of further rows, and sees all of them at the end", async ({ store }) => {
    const { recipient, verification, delivery } = await putStarted(store, 1);
    const verificationKey = key("verification", verification.id);
    const recipientKey = key("recipient", recipient.id);
    const deliveryKey = key("delivery", deliveryId(verification.id, 1));
    const seen = await store.update([verificationKey], (rows) => {
      if (!rows.has(recipientKey)) return { need: [recipientKey] };
      if (!rows.has(deliveryKey)) return { need: [deliveryKey, key("tenant", "nobody")] };
      const all = [rows.get(verificationKey), rows.get(recipientKey), rows.get(deliveryKey)];
      return { writes: [], result: [...all, rows.get(key("tenant", "nobody"))] };
    });
    assert.deepEqual(seen, [verification, recipient, delivery, undefined]);
  });

  check("a decision that always asks for more is stopped, and the store goes on", async ({ store }) => {
    let rounds = 0;
    const endless = store.update([], () => {
      rounds += 1;
      if (rounds > 1_000) throw new Error("nobody stopped it");
      return { need: [key("tenant", `t${rounds}`)] };
    });
    await assert.rejects(endless, RangeError);
    await putStarted(store, 1);
  });

  check(
    "a row that was not asked for cannot be read in a decision: its lock is missing",
    async ({ store }) => {
      await putStarted(store, 1);
      const peeking = store.update([key("tenant", "t")], (rows) => ({
        writes: [],
        result: rows.get(key("recipient", "recipient-1")),
      }));
      await assert.rejects(peeking, RangeError);
    },
  );
}

function rowChecks({ check }: Chapter): void {
  check(
    "C-09: updates of one row that arrive together see each other, in the order of their arrival",
    async ({ store }) => {
      const { recipient } = await putStarted(store, 1);
      const recipientKey = key("recipient", recipient.id);
      const counted = fill(50, () =>
        store.update<number>([recipientKey], (rows) => {
          const row = rows.get(recipientKey);
          if (row === undefined) throw new TypeError("the recipient is gone");
          const askedSends = row.askedSends + 1;
          const next = { ...row, askedSends };
          return { writes: [{ table: "recipient", id: row.id, row: next }], result: askedSends };
        }),
      );
      const first = recipient.askedSends + 1;
      assert.deepEqual(
        await Promise.all(counted),
        fill(50, (index) => first + index),
      );
      assert.equal((await store.get(recipientKey))?.askedSends, recipient.askedSends + 50);
    },
  );

  check("whoever changes a row in place changes nothing for anybody else", async ({ store }) => {
    const { recipient } = await putStarted(store, 1);
    const recipientKey = key("recipient", recipient.id);
    const before = structuredClone(await store.get(recipientKey));
    const inside = await store.update([recipientKey], (rows) => ({
      writes: [],
      result: rows.get(recipientKey),
    }));
    for (const row of [await store.get(recipientKey), inside]) {
      const changeable = row as unknown as { askedSends: number; sentAt: number[] };
      // Frozen rows throw, copies do not mind: either will do.
      attempt(() => (changeable.askedSends = 99));
      attempt(() => changeable.sentAt.push(1));
    }
    assert.deepEqual(await store.get(recipientKey), before);
  });

  check("a row that was never committed is never read", async ({ store }) => {
    const rows = startedRows(1, began);
    const verificationKey = key("verification", rows.verification.id);
    const failing = store.update<never>([verificationKey], () => {
      throw new TypeError("after a look");
    });
    // Watched from now on: a store may refuse it before it answers the read.
    const refused = assert.rejects(failing);
    const writing = put(store, writesOf(rows));
    const early = await store.get(verificationKey);
    if (early !== undefined) assert.deepEqual(early, rows.verification);
    await refused;
    await writing;
    assert.deepEqual(await store.get(verificationKey), rows.verification);
  });
}

function attempt(change: () => unknown): void {
  try {
    change();
  } catch (cause) {
    assert.ok(cause instanceof TypeError);
  }
}

function doorChecks({ check }: Chapter): void {
  check(
    "more waiting updates than the bound are refused at the door, and what was let in is done",
    async ({ store }) => {
      let decided = 0;
      const all = fill(12, () =>
        store.update([], () => {
          decided += 1;
          return { writes: [], result: decided };
        }),
      );
      const settled = await Promise.allSettled(all);
      const done = settled.filter((one) => one.status === "fulfilled").length;
      const refused = settled.filter(
        (one) => one.status === "rejected" && one.reason instanceof StorageOverloaded,
      ).length;
      assert.equal(done, 5);
      assert.equal(refused, 7);
      // A decision may run several times, of those that were let in.
      assert.ok(decided >= 5);
      await putStarted(store, 1);
    },
    { queueMax: 5 },
  );

  check(
    "close does what was accepted, refuses what comes later, and may be called twice",
    async ({ store }) => {
      const accepted = fill(20, (seed) => putStarted(store, seed + 1));
      const closing = store.close();
      await Promise.all([...accepted, closing, store.close()]);
      await assert.rejects(putStarted(store, 99), StorageUnavailable);
      await assert.rejects(store.get(key("tenant", tenantId)), StorageUnavailable);
      await assert.rejects(store.probe(), StorageUnavailable);
      await assert.rejects(store.due("alarm", began, 1), StorageUnavailable);
    },
  );

  check(
    "a small value is kept by name outside all locks until it is removed, and a probe writes",
    async ({ store }) => {
      assert.equal(await store.readMeta("suite"), undefined);
      await store.writeMeta("suite", "one");
      await store.writeMeta("suite", "two");
      assert.equal(await store.readMeta("suite"), "two");
      await store.writeMeta("suite", null);
      assert.equal(await store.readMeta("suite"), undefined);
      assert.equal((await store.metas()).has("suite"), false);
      await store.writeMeta("suite", null);
      await store.probe();
    },
  );
}
