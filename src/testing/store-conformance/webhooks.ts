import assert from "node:assert/strict";
import { uuidv7 } from "../../clock/index.ts";
import { type Endpoint, type EventState, eventRowId, type WebhookEvent } from "../../events/records.ts";
import { type EndpointChanges, key, type Store, type Write } from "../../store/index.ts";
import type { Message } from "../../verification/index.ts";
import { seededRandom } from "../random.ts";
import type { Chapter } from "./kit.ts";
import { began, fill, put, putStarted, startedRows, tenantId, writesOf } from "./rows.ts";

export function endpointRow(id: string, change: Partial<Endpoint> = {}): Endpoint {
  return {
    id,
    tenantId,
    serviceId: "01920000-0000-7000-8000-000000000002",
    url: "https://hooks.example.com/",
    description: null,
    types: ["verification.*"],
    secrets: [{ sealed: "sealed", until: null }],
    createdAt: began,
    updatedAt: began,
    disabled: null,
    failingSince: null,
    ...change,
  };
}

export function eventRow(seed: number, change: Partial<WebhookEvent> = {}): WebhookEvent {
  const occurredAt = change.occurredAt ?? began;
  const eventId = uuidv7(occurredAt, seededRandom(seed));
  const endpointId = change.endpointId ?? "endpoint-1";
  return {
    id: eventRowId(eventId, endpointId),
    eventId,
    endpointId,
    tenantId,
    serviceId: "01920000-0000-7000-8000-000000000002",
    type: "verification.approved",
    sequence: seed,
    occurredAt,
    about: { kind: "verification", id: uuidv7(began, seededRandom(1)) },
    data: { status: "approved" },
    state: "waiting",
    dueAt: occurredAt,
    leaseEpoch: 0,
    tries: 0,
    posts: [],
    ...change,
  };
}

export function messageRow(seed: number, at: number = began, change: Partial<Message> = {}): Message {
  return {
    id: uuidv7(at, seededRandom(seed)),
    tenantId,
    serviceId: "01920000-0000-7000-8000-000000000002",
    recipientId: `recipient-${seed % 2}`,
    sealedText: "sealed",
    from: null,
    clientRef: null,
    metadata: null,
    createdAt: at,
    ...change,
  };
}

const eventWrite = (row: WebhookEvent): Write => ({ table: "event", id: row.id, row });

/** Endpoints, the events on their way to them, and callers' own texts. */
export function webhookChecks(chapter: Chapter): void {
  outboxChecks(chapter);
  listChecks(chapter);
  messageChecks(chapter);
}

function outboxChecks({ check }: Chapter): void {
  check(
    "D-16: an event is there if and only if the change is that it was written with",
    async ({ store, reopen }) => {
      const started = startedRows(1, began);
      const event = eventRow(1);
      await put(store, [...writesOf(started), eventWrite(event)]);
      const lost = store.update([key("event", "none")], () => {
        throw new RangeError("thought better of it");
      });
      await assert.rejects(lost, RangeError);
      const again = reopen === undefined ? store : await reopen();
      assert.deepEqual(await again.get(key("event", event.id)), event);
      assert.deepEqual(await again.get(key("verification", started.verification.id)), started.verification);
      if (again !== store) await again.close();
    },
  );

  check(
    "D-16: what is due of each endpoint comes oldest first, and the backlog of one keeps none of another back",
    async ({ store }) => {
      const busy = fill(20, (n) => eventRow(n + 1, { occurredAt: began + n }));
      const quiet = eventRow(50, { endpointId: "endpoint-2", occurredAt: began + 5_000 });
      await put(store, [...[...busy].reverse(), quiet].map(eventWrite));
      const due = async (now: number, limit: number): Promise<readonly string[]> =>
        (await store.dueEvents(["endpoint-1", "endpoint-2", "endpoint-3"], now, limit)).map(({ id }) => id);
      assert.deepEqual(await due(began + 5_000, 3), [...busy.slice(0, 3).map(({ id }) => id), quiet.id]);
      assert.deepEqual(await due(began + 1, 9), [busy[0]?.id, busy[1]?.id]);
      assert.deepEqual(await store.dueEvents(["endpoint-2"], began + 4_999, 9), []);
      assert.deepEqual(await store.dueEvents([], began + 5_000, 9), []);
      assert.deepEqual(await store.dueEndpoints(began + 5_000), ["endpoint-1", "endpoint-2"]);
      assert.deepEqual(await store.dueEndpoints(began + 4_999), ["endpoint-1"]);
    },
  );

  check("D-16: an event that is over is due no more, one under a lease when it ends", async ({ store }) => {
    const received = eventRow(1, { state: "received" });
    const failed = eventRow(2, { state: "failed" });
    const posting = eventRow(3, { state: "posting", dueAt: began + 30_000 });
    await put(store, [received, failed, eventRow(3)].map(eventWrite));
    await put(store, [eventWrite(posting)]);
    assert.deepEqual(await store.dueEvents(["endpoint-1"], began + 29_999, 9), []);
    assert.deepEqual(await store.dueEndpoints(began + 29_999), []);
    const due = await store.dueEvents(["endpoint-1"], began + 30_000, 9);
    assert.deepEqual(
      due.map((one) => ({ ...one })),
      [{ id: posting.id, endpointId: "endpoint-1" }],
    );
  });
}

function listChecks({ check }: Chapter): void {
  check(
    "W-16: the events of an endpoint are listed newest first, by state and by page",
    async ({ store }) => {
      const states: readonly EventState[] = ["waiting", "received", "failed"];
      const rows = fill(9, (n) =>
        eventRow(n + 1, { occurredAt: began + n, state: states[n % 3] as EventState }),
      );
      await put(store, [...rows, eventRow(99, { endpointId: "endpoint-2" })].map(eventWrite));
      const newest = [...rows].reverse();
      const asked = { endpointId: "endpoint-1", limit: 4 };
      const first = await store.events(asked);
      assert.deepEqual(first, newest.slice(0, 4));
      const before = first.at(-1)?.id ?? "";
      assert.deepEqual(await store.events({ ...asked, before }), newest.slice(4, 8));
      assert.deepEqual(
        await store.events({ ...asked, state: "failed" }),
        newest.filter(({ state }) => state === "failed"),
      );
    },
  );

  check("endpoints are listed by tenant, and one that is removed is not", async ({ store }) => {
    const rows = [endpointRow("e1"), endpointRow("e2", { tenantId: "another" })];
    await put(
      store,
      rows.map((row) => ({ table: "endpoint", id: row.id, row }) as const),
    );
    assert.deepEqual(await store.endpoints("another"), rows.slice(1));
    assert.deepEqual(await store.endpoints(tenantId), rows.slice(0, 1));
    await put(store, [{ table: "endpoint", id: "e1", row: null }]);
    assert.deepEqual(await store.endpoints(tenantId), []);
  });

  check(
    "D-16: what changed of the endpoints since a look is told, and not what did not",
    async ({ store }) => {
      assert.deepEqual((await store.endpointChanges(null)).rows, []);
      const rows = fill(5, (n) => endpointRow(`e${n}`));
      await put(
        store,
        rows.map((row) => ({ table: "endpoint", id: row.id, row }) as const),
      );
      const whole = await store.endpointChanges(null);
      assert.deepEqual([whole.isWhole, whole.rows, whole.removed], [true, rows, []]);
      const { revision } = await untilNothing(store, whole.revision);
      const after = endpointRow("e1", { failingSince: began });
      await put(store, [
        { table: "endpoint", id: "e1", row: after },
        { table: "endpoint", id: "e2", row: null },
      ]);
      const changes = await store.endpointChanges(revision);
      assert.deepEqual([changes.isWhole, changes.rows, changes.removed], [false, [after], ["e2"]]);
      const nothing = await untilNothing(store, changes.revision);
      const again = endpointRow("e2");
      await put(store, [{ table: "endpoint", id: "e2", row: again }]);
      assert.deepEqual((await store.endpointChanges(nothing.revision)).rows, [again]);
      // From an older revision a row is told once, as it is now.
      const both = await store.endpointChanges(revision);
      assert.deepEqual([both.rows.map(({ id }) => id).sort(), both.removed], [["e1", "e2"], []]);
    },
  );
}

/** Looks on while the last changes are told again, as they are beside a transaction of somebody else's. */
async function untilNothing(store: Store, since: string): Promise<EndpointChanges> {
  let changes = await store.endpointChanges(since);
  for (let look = 0; look < 1_000 && changes.rows.length + changes.removed.length > 0; look++) {
    changes = await store.endpointChanges(changes.revision);
  }
  assert.deepEqual([changes.isWhole, changes.rows, changes.removed], [false, [], []]);
  return changes;
}

function messageChecks({ check }: Chapter): void {
  check("W-16: messages are listed newest first, of a tenant or of a recipient", async ({ store }) => {
    const rows = fill(6, (n) => messageRow(n, began + n));
    const foreign = messageRow(77, began, { tenantId: "another", recipientId: "recipient-0" });
    await putMessages(store, [...rows, foreign]);
    const newest = [...rows].reverse();
    assert.deepEqual(await store.messages({ tenantId, limit: 10 }), newest);
    const before = newest[1]?.id ?? "";
    assert.deepEqual(await store.messages({ tenantId, before, limit: 2 }), newest.slice(2, 4));
    const ofOne = newest.filter(({ recipientId }) => recipientId === "recipient-1");
    assert.deepEqual(await store.messages({ tenantId, recipientId: "recipient-1", limit: 10 }), ofOne);
  });

  check("N-8: messages and events go with the verifications of their time", async ({ store }) => {
    const young = began + 10_000;
    await putStarted(store, 1);
    await putMessages(store, [messageRow(1), messageRow(2), messageRow(3, young)]);
    await put(store, [eventRow(1), eventRow(2), eventRow(3, { occurredAt: young })].map(eventWrite));
    const first = await store.purge({ settled: young, idempotency: began }, 1);
    assert.deepEqual([first.messages, first.events, first.finished], [1, 1, false]);
    await store.purge({ settled: young, idempotency: began }, 10);
    assert.deepEqual(
      (await store.messages({ tenantId, limit: 10 })).map(({ createdAt }) => createdAt),
      [young],
    );
    assert.deepEqual(
      (await store.events({ endpointId: "endpoint-1", limit: 10 })).map(({ occurredAt }) => occurredAt),
      [young],
    );
  });
}

async function putMessages(store: Store, rows: readonly Message[]): Promise<void> {
  await put(
    store,
    rows.map((row) => ({ table: "message", id: row.id, row }) as const),
  );
}
