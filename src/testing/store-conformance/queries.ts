import assert from "node:assert/strict";
import { uuidv7 } from "../../clock/index.ts";
import type { ApiKey } from "../../tenants/records.ts";
import { type Delivery, defaultPolicy, type Status, type Verification } from "../../verification/index.ts";
import { seededRandom } from "../random.ts";
import type { Chapter } from "./kit.ts";
import {
  apiKeyRow,
  began,
  checkAt,
  deliveryWrite,
  fill,
  put,
  putStarted,
  serviceRow,
  tenantId,
  tenantRow,
} from "./rows.ts";

const otherTenant = "01920000-0000-7000-8000-0000000000ff";

/** What is found, in which order, and how much of it. */
export function queryChecks(chapter: Chapter): void {
  dueChecks(chapter);
  listChecks(chapter);
  statusChecks(chapter);
  recordChecks(chapter);
}

function dueChecks({ check }: Chapter): void {
  check(
    "D-2: deliveries are due oldest first, at most as many as asked for, and never too early",
    async ({ store }) => {
      const order = [5, 1, 4, 2, 3];
      const started = await Promise.all(order.map((n) => putStarted(store, n, began + n * 1_000)));
      const expected = [...started]
        .sort((a, b) => a.delivery.dueAt - b.delivery.dueAt)
        .map(({ delivery }) => ({
          verificationId: delivery.verificationId,
          recipientId: delivery.recipientId,
          sequence: delivery.sequence,
        }));
      const ids = async (now: number, limit: number): Promise<object[]> =>
        (await store.due("delivery", now, limit)).map((one) => ({ ...one }));
      assert.deepEqual(await ids(began + 60_000, 10), expected);
      assert.deepEqual(await ids(began + 60_000, 2), expected.slice(0, 2));
      assert.deepEqual(await ids(began + 3_000, 10), expected.slice(0, 3));
      assert.deepEqual(await ids(began + 2_999, 10), expected.slice(0, 2));
      assert.deepEqual(await ids(began, 10), []);
    },
  );

  check(
    "D-2: a delivery that was closed is due no more, one that was put off is due later",
    async ({ store }) => {
      const one = await putStarted(store, 1);
      const two = await putStarted(store, 2);
      const closed: Delivery = { ...one.delivery, state: "accepted" };
      const later: Delivery = { ...two.delivery, dueAt: began + 9_000 };
      await put(store, [deliveryWrite(closed), deliveryWrite(later)]);
      assert.deepEqual(await store.due("delivery", began + 8_999, 10), []);
      const due = await store.due("delivery", began + 9_000, 10);
      assert.deepEqual(
        due.map(({ verificationId }) => verificationId),
        [two.verification.id],
      );
    },
  );

  check(
    "D-9: a verification rings at its next step or end, and no more once it is settled",
    async ({ store }) => {
      assert.equal(await store.nextDueAt(), null);
      const { verification, delivery } = await putStarted(store, 1);
      await put(store, [deliveryWrite({ ...delivery, state: "accepted" })]);
      const at = await store.nextDueAt();
      assert.ok(verification.status === "pending" && at === verification.nextStepAt);
      assert.deepEqual(await store.due("alarm", (at ?? 0) - 1, 10), []);
      const [rung] = await store.due("alarm", at ?? 0, 10);
      assert.equal(rung?.verificationId, verification.id);
      assert.equal(rung?.recipientId, verification.recipientId);
      assert.equal((await checkAt(store, verification.id, true, began + 1_000)).type, "approved");
      assert.deepEqual(await store.due("alarm", began + 86_400_000, 10), []);
      assert.equal(await store.nextDueAt(), null);
    },
  );

  check("nextDueAt is the earliest of deliveries and alarms", async ({ store }) => {
    const { verification, delivery } = await putStarted(store, 1, began + 5_000);
    assert.equal(await store.nextDueAt(), delivery.dueAt);
    await put(store, [deliveryWrite({ ...delivery, dueAt: began + 86_400_000 })]);
    assert.ok(verification.status === "pending");
    assert.equal(await store.nextDueAt(), verification.nextStepAt);
  });
}

function listChecks({ check }: Chapter): void {
  check("verifications are listed newest first, page by page, of one tenant only", async ({ store }) => {
    const mine: string[] = [];
    for (const n of fill(25, (index) => index)) {
      const at = began + n * 10;
      const id = uuidv7(at, seededRandom(1_000 + n));
      const over = n % 5 === 4 ? { id, tenantId: otherTenant } : { id };
      await putStarted(store, n, at, over);
      if (n % 5 !== 4) mine.unshift(id);
    }
    const seen: string[] = [];
    for (;;) {
      const before = seen.at(-1);
      const query = { tenantId, limit: 8, ...(before === undefined ? {} : { before }) };
      const page = await store.verifications(query);
      assert.ok(page.length <= 8);
      if (page.length === 0) break;
      seen.push(...page.map(({ id }) => id));
    }
    assert.deepEqual(seen, mine);
    assert.equal(mine.length, 20);
  });

  check("verifications are found by recipient and by status, and never across tenants", async ({ store }) => {
    const shared = { recipientId: "shared", policy: { ...defaultPolicy, resendWaitsMs: [] } };
    const one = await putStarted(store, 1, began, shared);
    const two = await putStarted(store, 2, began + 1, shared, one.recipient);
    await putStarted(store, 3, began + 2);
    await checkAt(store, one.verification.id, true, began + 1_000);
    const ids = (rows: readonly Verification[]): string[] => rows.map(({ id }) => id);
    const of = { tenantId, recipientId: "shared", limit: 10 };
    assert.deepEqual(ids(await store.verifications(of)), [two.verification.id, one.verification.id]);
    assert.deepEqual(ids(await store.verifications({ ...of, status: "approved" })), [one.verification.id]);
    assert.deepEqual(ids(await store.verifications({ ...of, before: two.verification.id })), [
      one.verification.id,
    ]);
    assert.deepEqual(await store.verifications({ ...of, tenantId: otherTenant }), []);
    const approved = await store.verifications({ tenantId, status: "approved", limit: 10 });
    assert.deepEqual(approved, [await store.get({ table: "verification", id: one.verification.id })]);
  });

  check("deliveries of a verification come oldest first, also past nine", async ({ store }) => {
    const { verification, delivery } = await putStarted(store, 1);
    const sequences = [11, 2, 10, 3, 9, 4, 8, 5, 7, 6];
    await put(
      store,
      sequences.map((sequence) => deliveryWrite({ ...delivery, sequence })),
    );
    await putStarted(store, 2);
    const found = await store.deliveriesOf(verification.id);
    assert.deepEqual(
      found.map(({ sequence }) => sequence),
      fill(11, (index) => index + 1),
    );
    assert.ok(found.every(({ verificationId }) => verificationId === verification.id));
  });
}

function statusChecks({ check }: Chapter): void {
  check("a status is that of an instant, whether or not the end was written", async ({ store }) => {
    const one = await putStarted(store, 1);
    const two = await putStarted(store, 2, began + 60_000);
    const three = await putStarted(store, 3, began + 120_000);
    const end = one.verification.endsAt;
    const all = [three, two, one].map(({ verification }) => verification.id);
    const listed = async (status: Status, at: number, more: object = {}): Promise<string[]> =>
      (await store.verifications({ tenantId, status, at, limit: 10, ...more })).map(({ id }) => id);
    assert.deepEqual(await listed("pending", end - 1), all);
    assert.deepEqual(await listed("expired", end - 1), []);
    assert.deepEqual(await listed("pending", end), all.slice(0, 2));
    assert.deepEqual(await listed("expired", end), all.slice(2));
    assert.deepEqual(await listed("expired", end + 120_000), all);
    assert.deepEqual(await listed("expired", end + 120_000, { limit: 2 }), all.slice(0, 2));
    assert.deepEqual(await listed("expired", end + 120_000, { limit: 2, before: all[1] }), all.slice(2));
    assert.deepEqual(await listed("approved", end + 120_000), []);
    for (const { verification } of [one, two]) {
      const of = { recipientId: verification.recipientId };
      const isOver = verification.id === one.verification.id;
      assert.deepEqual(await listed("expired", end, of), isOver ? [verification.id] : []);
      assert.deepEqual(await listed("pending", end, of), isOver ? [] : [verification.id]);
    }
    // A clock that stepped back far does not revive what had ended.
    assert.deepEqual(await listed("expired", began - 86_400_000), all);
    assert.deepEqual(await listed("pending", began - 1_000), all.slice(2));
  });
}

function recordChecks({ check }: Chapter): void {
  check("keys are found by their digest, and keys and services by their tenant", async ({ store }) => {
    const keys = [apiKeyRow("k1", tenantId, "d1"), apiKeyRow("k2", otherTenant, "d2")];
    const services = [serviceRow("s2", tenantId), serviceRow("s1", tenantId), serviceRow("s3", otherTenant)];
    const tenants = [tenantRow(otherTenant, "other"), tenantRow(tenantId, "mine")];
    await put(store, [
      ...keys.map((row) => ({ table: "apiKey" as const, id: row.id, row })),
      ...services.map((row) => ({ table: "service" as const, id: row.id, row })),
      ...tenants.map((row) => ({ table: "tenant" as const, id: row.id, row })),
    ]);
    assert.deepEqual(await store.apiKeyByDigest("d1"), keys[0]);
    assert.equal(await store.apiKeyByDigest("d9"), undefined);
    assert.deepEqual(await store.apiKeys(otherTenant), [keys[1]]);
    assert.deepEqual(
      (await store.services(tenantId)).map(({ id }) => id),
      ["s1", "s2"],
    );
    assert.deepEqual(
      (await store.tenants()).map(({ name }) => name),
      ["mine", "other"],
    );
  });

  check(
    "W-1: keys are found by their names in each vendor's dialect, several under one name",
    async ({ store }) => {
      const half = (user: string, digest: string) => ({ user, digest, revokedAt: null });
      const dialects = { vonage: half("abcd0123", "v1"), telnyx: half("", "t1") };
      const one: ApiKey = { ...apiKeyRow("k1", tenantId, "d1"), dialects };
      const two: ApiKey = {
        ...apiKeyRow("k2", otherTenant, "d2"),
        dialects: { vonage: half("abcd0123", "v2") },
      };
      await put(
        store,
        [one, two].map((row) => ({ table: "apiKey" as const, id: row.id, row })),
      );
      assert.deepEqual(await store.apiKeysByDialect("vonage", "abcd0123"), [one, two]);
      assert.deepEqual(await store.apiKeysByDialect("telnyx", "t1"), [one]);
      for (const dialect of ["twilio", "flowroute"] as const) {
        assert.deepEqual(await store.apiKeysByDialect(dialect, ""), []);
      }
      const turned: ApiKey = { ...one, dialects: { ...dialects, vonage: half("ffff0123", "v1") } };
      await put(store, [{ table: "apiKey", id: "k1", row: turned }]);
      assert.deepEqual(await store.apiKeysByDialect("vonage", "abcd0123"), [two]);
      assert.deepEqual(await store.apiKeysByDialect("vonage", "ffff0123"), [turned]);
    },
  );

  check("a key that got another digest is found by the new one alone", async ({ store }) => {
    await put(store, [{ table: "apiKey", id: "k1", row: apiKeyRow("k1", tenantId, "old") }]);
    await put(store, [{ table: "apiKey", id: "k1", row: apiKeyRow("k1", tenantId, "new") }]);
    assert.equal(await store.apiKeyByDigest("old"), undefined);
    assert.equal((await store.apiKeyByDigest("new"))?.id, "k1");
  });
}
