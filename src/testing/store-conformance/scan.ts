import assert from "node:assert/strict";
import { type Store, scanKey, type TableName, type Tables, tableOrder } from "../../store/index.ts";
import { challengeRow, nameOf, sessionRow, subscriberRow } from "./accounts.ts";
import { auditEntryRow } from "./audit.ts";
import { dataKeysRow, rotationRow } from "./data-keys.ts";
import type { Chapter } from "./kit.ts";
import {
  apiKeyRow,
  began,
  dayMs,
  deliveryWrite,
  fill,
  idempotencyRow,
  put,
  putStarted,
  serviceRow,
  tenantId,
  tenantRow,
} from "./rows.ts";
import { endpointRow, eventRow, messageRow } from "./webhooks.ts";

/** Whole tables, page by page: what moving an installation stands on. */
export function scanChecks({ check }: Chapter): void {
  check("every kind of row is read whole, once and in key order, whatever the page", async ({ store }) => {
    const rows = await putOfEach(store);
    for (const table of tableOrder) {
      const expected = rows[table].map((row) => scanKey(table, row)).sort();
      for (const limit of [1, 3, 100]) {
        const found = await scanAll(store, table, limit);
        assert.deepEqual(
          found.map((row) => scanKey(table, row)),
          expected,
          `${table}, ${limit} a page`,
        );
      }
    }
  });

  check("what is read comes back as it was written, and an empty table has no page", async ({ store }) => {
    assert.deepEqual(await store.scan("delivery", null, 10), []);
    const { recipient, verification, delivery } = await putStarted(store, 1);
    assert.deepEqual(await store.scan("recipient", null, 10), [recipient]);
    assert.deepEqual(await store.scan("verification", null, 10), [verification]);
    assert.deepEqual(await store.scan("delivery", null, 10), [delivery]);
    assert.deepEqual(await store.scan("delivery", scanKey("delivery", delivery), 10), []);
  });

  check("all small values are told by name", async ({ store }) => {
    await store.writeMeta("suite_one", "1");
    await store.writeMeta("suite_two", "2");
    const metas = await store.metas();
    assert.equal(metas.get("suite_one"), "1");
    assert.equal(metas.get("suite_two"), "2");
  });
}

async function putOfEach(store: Store): Promise<{ readonly [T in TableName]: Tables[T][] }> {
  const started = await Promise.all(fill(7, (n) => putStarted(store, n, began + n * dayMs)));
  const first = started[0]?.delivery as Tables["delivery"];
  // More than nine: their numbers are compared as numbers.
  const more = fill(11, (n) => ({ ...first, sequence: n + 2 }));
  const records = fill(5, (n) => idempotencyRow(`i${n}`, first.verificationId, began));
  const apiKeys = fill(4, (n) => apiKeyRow(`k${n}`, tenantId, `d${n}`));
  const services = fill(4, (n) => serviceRow(`s${n}`, tenantId));
  const subscribers = fill(4, (n) => subscriberRow(n));
  const [holder] = subscribers as [Tables["subscriber"]];
  const challenges = fill(4, (n) => challengeRow(n, holder));
  const sessions = fill(4, (n) => sessionRow(n, holder));
  const names = fill(4, (n) => nameOf(n, holder.id));
  const tenants = [tenantRow(tenantId, "mine"), tenantRow("01920000-0000-7000-8000-0000000000ff", "other")];
  const messages = fill(4, (n) => messageRow(n, began + n));
  const endpoints = fill(4, (n) => endpointRow(`e${n}`));
  const optOuts = fill(4, (n) => ({ id: `o${n}`, stopped: [], heard: [`h${n}`], updatedAt: began + n }));
  const entries = fill(4, (n) => auditEntryRow(n + 1));
  const dataKeys = fill(4, dataKeysRow);
  const rotations = [rotationRow({ pass: 2 })];
  const events = fill(4, (n) => eventRow(n, { occurredAt: began + n }));
  await put(store, [
    ...more.map(deliveryWrite),
    ...records.map((row) => ({ table: "idempotency" as const, id: row.id, row })),
    ...apiKeys.map((row) => ({ table: "apiKey" as const, id: row.id, row })),
    ...services.map((row) => ({ table: "service" as const, id: row.id, row })),
    ...subscribers.map((row) => ({ table: "subscriber" as const, id: row.id, row })),
    ...challenges.map((row) => ({ table: "challenge" as const, id: row.id, row })),
    ...sessions.map((row) => ({ table: "session" as const, id: row.id, row })),
    ...names.map((row) => ({ table: "subscriberName" as const, id: row.id, row })),
    ...tenants.map((row) => ({ table: "tenant" as const, id: row.id, row })),
    ...messages.map((row) => ({ table: "message" as const, id: row.id, row })),
    ...endpoints.map((row) => ({ table: "endpoint" as const, id: row.id, row })),
    ...events.map((row) => ({ table: "event" as const, id: row.id, row })),
    ...entries.map((row) => ({ table: "audit" as const, id: row.id, row })),
    ...dataKeys.map((row) => ({ table: "dataKeys" as const, id: row.id, row })),
    ...rotations.map((row) => ({ table: "rotation" as const, id: row.id, row })),
    ...optOuts.map((row) => ({ table: "optOut" as const, id: row.id, row })),
  ]);
  return {
    recipient: started.map((one) => one.recipient),
    verification: started.map((one) => one.verification),
    delivery: [...started.map((one) => one.delivery), ...more],
    message: messages,
    endpoint: endpoints,
    event: events,
    optOut: optOuts,
    subscriberName: names,
    subscriber: subscribers,
    challenge: challenges,
    session: sessions,
    audit: entries,
    dataKeys,
    rotation: rotations,
    idempotency: records,
    tenant: tenants,
    service: services,
    apiKey: apiKeys,
  };
}

async function scanAll<T extends TableName>(store: Store, table: T, limit: number): Promise<Tables[T][]> {
  const found: Tables[T][] = [];
  for (;;) {
    const last = found.at(-1);
    const page = await store.scan(table, last === undefined ? null : scanKey(table, last), limit);
    assert.ok(page.length <= limit);
    if (page.length === 0) return found;
    found.push(...page);
  }
}
