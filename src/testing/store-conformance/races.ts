import assert from "node:assert/strict";
import { type Due, deliveryId, key, type Store, type UpdateDecision } from "../../store/index.ts";
import { answer, type ClaimDecision, claim, type Delivery, leaseMs } from "../../verification/index.ts";
import type { Chapter } from "./kit.ts";
import { began, checkAt, deliveryWrite, fill, putStarted } from "./rows.ts";

/** Many at once, one winner. */
// house: size: a list of checks, each of them short
export function raceChecks({ check }: Chapter): void {
  for (const many of [16, 200]) {
    check(`A-5: of ${many} right checks at once exactly one is approved`, async ({ store }) => {
      const { verification } = await putStarted(store, 1);
      const outcomes = await Promise.all(
        fill(many, () => checkAt(store, verification.id, true, began + 1_000)),
      );
      assert.equal(outcomes.filter(({ type }) => type === "approved").length, 1);
      const row = await store.get(key("verification", verification.id));
      assert.equal(row?.status, "approved");
      assert.equal(row?.checks.filter(({ right }) => right).length, 1);
    });
  }

  check("A-6, M-05: of 200 wrong checks at once only as many as allowed are compared", async ({ store }) => {
    const { verification, recipient } = await putStarted(store, 1);
    const now = began + 1_000;
    const outcomes = await Promise.all(fill(200, () => checkAt(store, verification.id, false, now)));
    const counted = verification.policy.checksMax;
    const row = await store.get(key("verification", verification.id));
    assert.equal(row?.checks.length, counted);
    assert.equal(row?.status, "exhausted");
    assert.equal((await store.get(key("recipient", recipient.id)))?.wrongAt.length, counted);
    const compared = outcomes.filter(({ type }) => type === "codeMismatch" || type === "exhausted").length;
    assert.ok(compared >= counted);
    assert.equal((await checkAt(store, verification.id, true, now)).type === "approved", false);
  });

  check(
    "A-8: wrong checks of several verifications count on one recipient, none is lost",
    async ({ store }) => {
      const one = await putStarted(store, 1);
      const over = { recipientId: one.recipient.id };
      const two = await putStarted(store, 2, began, over);
      const ids = [one.verification.id, two.verification.id];
      await Promise.all(fill(6, (index) => checkAt(store, ids[index % 2] ?? "", false, began + index)));
      assert.equal((await store.get(key("recipient", one.recipient.id)))?.wrongAt.length, 6);
    },
  );

  check("D-2: a delivery that many workers claim at once is sent by one", async ({ store }) => {
    const { delivery } = await putStarted(store, 1);
    const claims = await Promise.all(
      fill(16, (worker) => claimAs(store, delivery, `worker-${worker}`, began)),
    );
    assert.equal(claims.filter(({ type }) => type === "send").length, 1);
    const row = await store.get(keyOf(delivery));
    assert.equal(row?.state, "sending");
    assert.equal(row?.leaseEpoch, 1);
  });

  check("D-4: a worker that lost its lease changes nothing", async ({ store }) => {
    const { delivery } = await putStarted(store, 1);
    const paused = await claimAs(store, delivery, "paused", began);
    assert.equal(paused.type, "send");
    await claimAs(store, delivery, "other", began + leaseMs + 1);
    const taken = await claimAs(store, delivery, "other", began + 2 * leaseMs);
    assert.equal(taken.type, "send");
    const before = await store.get(keyOf(delivery));
    assert.equal(await answerAs(store, delivery, 1, began + 2 * leaseMs + 1), false);
    assert.deepEqual(await store.get(keyOf(delivery)), before);
    assert.equal(await answerAs(store, delivery, 2, began + 2 * leaseMs + 2), true);
    assert.equal((await store.get(keyOf(delivery)))?.state, "accepted");
  });

  check(
    "D-2: two workers that read the same list of what is due never send one of it twice",
    async ({ store }) => {
      const started = await Promise.all(fill(30, (seed) => putStarted(store, seed + 1)));
      const byId = new Map(started.map(({ delivery }) => [delivery.verificationId, delivery]));
      const [mine, theirs] = await Promise.all([
        store.due("delivery", began, 30),
        store.due("delivery", began, 30),
      ]);
      const claimAll = (due: readonly Due[], owner: string): Promise<ClaimDecision>[] =>
        due.map((one) => {
          const delivery = byId.get(one.verificationId);
          if (delivery === undefined) throw new TypeError("due, but never written");
          return claimAs(store, delivery, owner, began);
        });
      const claims = await Promise.all([...claimAll(mine, "mine"), ...claimAll(theirs, "theirs")]);
      assert.equal(claims.length, 60);
      assert.equal(claims.filter(({ type }) => type === "send").length, 30);
    },
  );
}

function keyOf(delivery: Delivery) {
  return key("delivery", deliveryId(delivery.verificationId, delivery.sequence));
}

function claimAs(store: Store, delivery: Delivery, owner: string, now: number): Promise<ClaimDecision> {
  const deliveryKey = keyOf(delivery);
  const verificationKey = key("verification", delivery.verificationId);
  return store.update([verificationKey, deliveryKey], (rows): UpdateDecision<ClaimDecision> => {
    const row = rows.get(deliveryKey);
    const verification = rows.get(verificationKey);
    if (row === undefined || verification?.status !== "pending") {
      throw new TypeError("the suite never settles what it claims");
    }
    const decision = claim(row, verification, "carrier", owner, now);
    const writes = decision.type === "nothing" ? [] : [deliveryWrite(decision.next)];
    return { writes, result: decision };
  });
}

/** Whether the answer was taken. */
function answerAs(store: Store, delivery: Delivery, epoch: number, now: number): Promise<boolean> {
  const deliveryKey = keyOf(delivery);
  return store.update([deliveryKey], (rows): UpdateDecision<boolean> => {
    const row = rows.get(deliveryKey);
    if (row === undefined) throw new TypeError("the delivery is gone");
    const next = answer(row, { type: "accepted", providerMessageId: "m1" }, epoch, false, now);
    return next === null ? { writes: [], result: false } : { writes: [deliveryWrite(next)], result: true };
  });
}
