import type { DatabaseSync } from "node:sqlite";
import { uuidv7Floor } from "../../clock/index.ts";
import { isOpenEvent } from "../../events/records.ts";
import type { DueEvent, EndpointChanges, EventQuery, MessageQuery, TableName, Tables } from "../port.ts";
import type { StoredRow } from "../rows/index.ts";
import { fromDoc, toDoc } from "./docs.ts";
import type { TableText } from "./table-text.ts";

type Texts = { readonly [T in "message" | "endpoint" | "event" | "optOut"]: TableText<T> };

/** Rows beside the hot path: written where somebody has an endpoint, or sends texts of their own. */
export const webhookTexts: Texts = {
  message: {
    select: "select id, doc from messages where id = ?",
    upsert: `insert into messages (id, tenant_id, recipient_id, doc) values (?, ?, ?, ?)
      on conflict (id) do update set doc = excluded.doc`,
    remove: "delete from messages where id = ?",
    columns: (row, id) => [id, row.tenantId, row.recipientId, toDoc("message", row, id, {})],
  },
  endpoint: {
    select: "select id, doc from endpoints where id = ?",
    upsert: `insert into endpoints (id, tenant_id, doc) values (?, ?, ?)
      on conflict (id) do update set doc = excluded.doc`,
    remove: "delete from endpoints where id = ?",
    columns: (row, id) => [id, row.tenantId, toDoc("endpoint", row, id, {})],
  },
  event: {
    select: "select id, doc from events where id = ?",
    upsert: `insert into events (id, endpoint_id, state, due_at, doc) values (?, ?, ?, ?, ?)
      on conflict (id) do update set state = excluded.state, due_at = excluded.due_at, doc = excluded.doc`,
    remove: "delete from events where id = ?",
    columns: (row, id) => [
      id,
      row.endpointId,
      row.state,
      isOpenEvent(row) ? row.dueAt : null,
      toDoc("event", row, id, {}),
    ],
  },
  optOut: {
    select: "select id, doc from opt_outs where id = ?",
    upsert: "insert into opt_outs (id, doc) values (?, ?) on conflict (id) do update set doc = excluded.doc",
    remove: "delete from opt_outs where id = ?",
    columns: (row, id) => [id, toDoc("optOut", row, id, {})],
  },
};

/** What is read of them past the rows by key. */
export interface WebhookQueries {
  endpoints(tenantId: string): readonly Tables["endpoint"][];
  endpointChanges(since: string | null): EndpointChanges;
  dueEndpoints(now: number): readonly string[];
  dueEvents(endpointIds: readonly string[], now: number, perEndpoint: number): readonly DueEvent[];
  events(query: EventQuery): readonly Tables["event"][];
  messages(query: MessageQuery): readonly Tables["message"][];
}

/** Sorts after every id. */
const endOfIds = "g";

export function prepareWebhookQueries(database: DatabaseSync): WebhookQueries {
  const endpoints = database.prepare("select id, doc from endpoints where tenant_id = ? order by id");
  const due = database.prepare(
    `select id, endpoint_id as endpointId from events
     where endpoint_id = ? and due_at is not null and due_at <= ? order by due_at limit ?`,
  );
  // From one endpoint with open events to the next, in the index: a look at each endpoint that has none adds up.
  const dueEndpoints = database.prepare(
    `with recursive busy (id) as (
       select (select endpoint_id from events where due_at is not null order by endpoint_id limit 1)
       union all
       select (select endpoint_id from events where due_at is not null and endpoint_id > busy.id
                order by endpoint_id limit 1)
         from busy where busy.id is not null)
     select id from busy
      where exists (select 1 from events where endpoint_id = busy.id and due_at is not null and due_at <= ?)`,
  );
  const events = database.prepare(
    `select id, doc from events where endpoint_id = ?1 and id < ?2 and (?3 is null or state = ?3)
     order by id desc limit ?4`,
  );
  const byTenant = database.prepare(
    "select id, doc from messages where tenant_id = ? and id < ? order by id desc limit ?",
  );
  const byRecipient = database.prepare(
    "select id, doc from messages where recipient_id = ? and id < ? order by id desc limit ?",
  );
  return {
    endpoints: (tenantId) => rowsOf("endpoint", endpoints.all(tenantId), (row) => row.tenantId === tenantId),
    endpointChanges: prepareEndpointChanges(database),
    dueEndpoints: (now) => dueEndpoints.all(now).map(({ id }) => String(id)),
    dueEvents: (endpointIds, now, perEndpoint) =>
      endpointIds.flatMap((id) => due.all(id, now, perEndpoint) as unknown as DueEvent[]),
    events: ({ endpointId, state, before, limit }) =>
      rowsOf(
        "event",
        events.all(endpointId, before ?? endOfIds, state ?? null, limit),
        (row) => row.endpointId === endpointId,
      ),
    messages: ({ tenantId, recipientId, before, limit }) => {
      const asked = [recipientId ?? tenantId, before ?? endOfIds, limit];
      const found = (recipientId === undefined ? byTenant : byRecipient).all(...asked);
      return rowsOf("message", found, (row) => row.tenantId === tenantId);
    },
  };
}

function prepareEndpointChanges(database: DatabaseSync): WebhookQueries["endpointChanges"] {
  const latest = database.prepare("select seq from sqlite_sequence where name = 'endpoint_changes'");
  const all = database.prepare("select id, doc from endpoints order by id");
  const changed = database.prepare(
    `select c.endpoint_id as id, e.doc as doc from endpoint_changes c left join endpoints e on e.id = c.endpoint_id
     where c.revision > ? order by c.revision`,
  );
  return (since) => {
    // One writer, this process: its numbers are taken in the order of its commits.
    const revision = String(latest.get()?.["seq"] ?? 0);
    if (since === revision) return { revision, isWhole: false, rows: [], removed: [] };
    const isWhole = since === null;
    const found = isWhole ? all.all() : changed.all(Number(since));
    const removed = found.filter(({ doc }) => doc === null).map(({ id }) => String(id));
    const there = found.filter(({ doc }) => doc !== null);
    return { revision, isWhole, rows: rowsOf("endpoint", there, () => true), removed };
  };
}

function rowsOf<T extends TableName>(
  table: T,
  rows: unknown[],
  isAskedFor: (row: Tables[T]) => boolean,
): Tables[T][] {
  return rows.map((row) => fromDoc(table, row as StoredRow, isAskedFor));
}

const forgetRemovedEndpoints = `delete from endpoint_changes where revision in (
    select c.revision from endpoint_changes c
     where c.changed_at < ? and not exists (select 1 from endpoints e where e.id = c.endpoint_id)
     order by c.revision limit ?)`;

/** Removes what is of before an instant, at most `limit` of each; how many. */
export function purgeWebhooks(
  database: DatabaseSync,
  before: number,
  limit: number,
): { readonly messages: number; readonly events: number } {
  const floor = uuidv7Floor(before);
  const messages = database
    .prepare("delete from messages where id in (select id from messages where id < ? order by id limit ?)")
    .run(floor, limit).changes;
  const events = database
    .prepare("delete from events where id in (select id from events where id < ? order by id limit ?)")
    .run(floor, limit).changes;
  database.prepare(forgetRemovedEndpoints).run(before, limit);
  return { messages: Number(messages), events: Number(events) };
}
