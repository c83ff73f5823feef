import type pg from "pg";
import { uuidv7Floor } from "../../clock/index.ts";
import { type Endpoint, isOpenEvent } from "../../events/records.ts";
import type { EndpointChanges, EventQuery, MessageQuery, Store, TableName, Tables } from "../port.ts";
import { decodeRow } from "../rows/index.ts";
import { prepared, type Statement } from "./prepared.ts";
import { type RowFamily, rowFamily } from "./row-family.ts";
import type { TableText } from "./table-text.ts";

/** As `readRows`, of the other kinds. */
const readWebhookRows: Statement = prepared(
  "read_webhook_rows",
  `select 'message' as kind, m.id as id, m.doc as doc from unnest($1::text[]) k (id)
     cross join lateral (select m.id, m.doc from messages m where m.id = k.id offset 0) m
   union all
   select 'endpoint', e.id, e.doc from unnest($2::text[]) k (id)
     cross join lateral (select e.id, e.doc from endpoints e where e.id = k.id offset 0) e
   union all
   select 'event', v.id, v.doc from unnest($3::text[]) k (id)
     cross join lateral (select v.id, v.doc from events v where v.id = k.id offset 0) v
   union all
   select 'optOut', o.id, o.doc from unnest($4::text[]) k (id)
     cross join lateral (select o.id, o.doc from opt_outs o where o.id = k.id offset 0) o`,
);

/** Kind by kind in key order, after verifications and before everything else. */
const lockWebhookRows: Statement = prepared(
  "lock_webhook_rows",
  `with message as materialized (
     select m.id, m.doc from messages m where m.id = any($1::text[]) order by m.id for update),
   endpoint as materialized (
     select e.id, e.doc from endpoints e where e.id = any($2::text[]) order by e.id for update),
   event as materialized (
     select v.id, v.doc from events v where v.id = any($3::text[]) order by v.id for update),
   opt_out as materialized (
     select o.id, o.doc from opt_outs o where o.id = any($4::text[]) order by o.id for update)
   select 'message' as kind, id, doc from message
   union all select 'endpoint', id, doc from endpoint
   union all select 'event', id, doc from event
   union all select 'optOut', id, doc from opt_out`,
);

/** What webhooks and texts of one's own are kept in. */
export const webhookRows: RowFamily<"message" | "endpoint" | "event" | "optOut"> = rowFamily(
  ["message", "endpoint", "event", "optOut"],
  readWebhookRows,
  lockWebhookRows,
);

export type WebhookTable = (typeof webhookRows)["tables"][number];

type Texts = { readonly [T in WebhookTable]: TableText<T> };

export const webhookTexts: Texts = {
  message: {
    upsert: prepared(
      "put_messages",
      `insert into messages (id, tenant_id, recipient_id, doc)
       select * from unnest($1::text[], $2::text[], $3::text[], string_to_array($4, chr(30)))
       on conflict (id) do update set doc = excluded.doc`,
    ),
    remove: prepared("remove_messages", "delete from messages where id = any($1::text[])"),
    columns: (row) => [row.id, row.tenantId, row.recipientId],
  },
  endpoint: {
    upsert: prepared(
      "put_endpoints",
      `insert into endpoints (id, tenant_id, doc) select * from unnest($1::text[], $2::text[], string_to_array($3, chr(30)))
       on conflict (id) do update set doc = excluded.doc`,
    ),
    remove: prepared("remove_endpoints", "delete from endpoints where id = any($1::text[])"),
    columns: (row) => [row.id, row.tenantId],
  },
  event: {
    upsert: prepared(
      "put_events",
      `insert into events (id, endpoint_id, state, due_at, doc)
       select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], string_to_array($5, chr(30)))
       on conflict (id) do update set state = excluded.state, due_at = excluded.due_at, doc = excluded.doc`,
    ),
    remove: prepared("remove_events", "delete from events where id = any($1::text[])"),
    columns: (row) => [row.id, row.endpointId, row.state, isOpenEvent(row) ? row.dueAt : null],
  },
  optOut: {
    upsert: prepared(
      "put_opt_outs",
      `insert into opt_outs (id, doc) select * from unnest($1::text[], string_to_array($2, chr(30)))
       on conflict (id) do update set doc = excluded.doc`,
    ),
    remove: prepared("remove_opt_outs", "delete from opt_outs where id = any($1::text[])"),
    columns: (row) => [row.id],
  },
};

export const webhookQueries = {
  endpoints: prepared(
    "endpoints_of_tenant",
    "select id, doc from endpoints where tenant_id = $1 order by id",
  ),
  // When a server was started says which one it is: another one, or one that was set back, numbers its transactions anew.
  // What transactions that had not ended when the revision was taken will have written is not behind it: the revision
  // is the oldest of them. A row without an id says it where there is nothing to tell.
  allEndpoints: prepared(
    "all_endpoints",
    `select extract(epoch from pg_postmaster_start_time())::text as server,
            pg_snapshot_xmin(pg_current_snapshot())::text as transaction, e.id, e.doc
       from (select 1) one left join endpoints e on true order by e.id`,
  ),
  // Numbers that this server has not reached were written by another one, from which the data was brought.
  endpointChanges: prepared(
    "endpoint_changes",
    `select extract(epoch from pg_postmaster_start_time())::text as server,
            pg_snapshot_xmin(pg_current_snapshot())::text as transaction, c.endpoint_id as id, e.doc
       from (select 1) one
       left join (select endpoint_id from endpoint_changes
                   where changed_in >= $1::xid8 and changed_in < pg_snapshot_xmax(pg_current_snapshot()) offset 0) c on true
       left join lateral (select doc from endpoints where id = c.endpoint_id offset 0) e on true`,
  ),
  // From one endpoint with open events to the next, in the index: a look at each endpoint that has none adds up.
  dueEndpoints: prepared(
    "due_endpoints",
    `with recursive busy (id) as (
       select (select e.endpoint_id from events e where e.due_at is not null order by e.endpoint_id limit 1)
       union all
       select (select e.endpoint_id from events e where e.due_at is not null and e.endpoint_id > busy.id
                order by e.endpoint_id limit 1)
         from busy where busy.id is not null)
     select busy.id from busy cross join lateral (
       select 1 from events e where e.endpoint_id = busy.id and e.due_at is not null and e.due_at <= $1 limit 1) due`,
  ),
  dueEvents: prepared(
    "due_events",
    `select due.id, k.id as "endpointId" from unnest($1::text[]) k (id)
       cross join lateral (
         select e.id from events e where e.endpoint_id = k.id and e.due_at is not null and e.due_at <= $2
          order by e.due_at limit $3) due`,
  ),
  events: prepared(
    "events_of",
    `select id, doc from events where endpoint_id = $1 and id < $2 and ($3::text is null or state = $3)
      order by id desc limit $4`,
  ),
  messagesOfTenant: prepared(
    "messages_of_tenant",
    "select id, doc from messages where tenant_id = $1 and id < $2 order by id desc limit $3",
  ),
  messagesOfRecipient: prepared(
    "messages_of_recipient",
    "select id, doc from messages where recipient_id = $1 and id < $2 order by id desc limit $3",
  ),
};

/** Sorts after every id. */
const endOfIds = "g";

/** Rows of a statement. */
export type Ask = <R>(statement: pg.QueryConfig, values?: unknown[]) => Promise<R[]>;

/** Those of a table. */
export type AskRows = <T extends TableName>(
  table: T,
  statement: pg.QueryConfig,
  values?: unknown[],
) => Promise<Tables[T][]>;

interface ChangedEndpoint {
  readonly server: string;
  readonly transaction: string;
  readonly id: string | null;
  readonly doc: string | null;
}

/** A revision is a server and the number of a transaction, which another server counts for itself. */
async function endpointChanges(query: Ask, since: string | null): Promise<EndpointChanges> {
  const [sinceServer, sinceTransaction] = since?.split("/") ?? [];
  const isWhole = sinceTransaction === undefined;
  const found = isWhole
    ? await query<ChangedEndpoint>(webhookQueries.allEndpoints)
    : await query<ChangedEndpoint>(webhookQueries.endpointChanges, [sinceTransaction]);
  const [{ server, transaction } = { server: "", transaction: "0" }] = found;
  if (!isWhole && server !== sinceServer) return await endpointChanges(query, null);
  const rows: Endpoint[] = [];
  const removed: string[] = [];
  for (const { id, doc } of found) {
    if (id !== null && doc !== null) rows.push(decodeRow("endpoint", { id, doc }));
    else if (id !== null) removed.push(id);
  }
  return { revision: `${server}/${transaction}`, isWhole, rows, removed };
}

/** Their reads past the rows by key; `docs` parses. */
export function webhookReads(
  docs: AskRows,
  query: Ask,
): Pick<Store, "endpoints" | "endpointChanges" | "dueEndpoints" | "dueEvents" | "events" | "messages"> {
  return {
    endpoints: (tenantId) => docs("endpoint", webhookQueries.endpoints, [tenantId]),
    endpointChanges: (since) => endpointChanges(query, since),
    dueEndpoints: async (now) => {
      const rows = await query<{ readonly id: string }>(webhookQueries.dueEndpoints, [now]);
      return rows.map(({ id }) => id);
    },
    dueEvents: (endpointIds, now, perEndpoint) =>
      query(webhookQueries.dueEvents, [endpointIds, now, perEndpoint]),
    events: ({ endpointId, state, before, limit }: EventQuery) =>
      docs("event", webhookQueries.events, [endpointId, before ?? endOfIds, state ?? null, limit]),
    async messages({ tenantId, recipientId, before, limit }: MessageQuery) {
      const statement =
        recipientId === undefined ? webhookQueries.messagesOfTenant : webhookQueries.messagesOfRecipient;
      return await docs("message", statement, [recipientId ?? tenantId, before ?? endOfIds, limit]);
    },
  };
}

/** Removes what is of before an instant, at most `limit` of each; how many. */
export async function purgeWebhooks(
  removed: (text: string, values: unknown[]) => Promise<number>,
  before: number,
  limit: number,
): Promise<{ readonly messages: number; readonly events: number }> {
  const floor = uuidv7Floor(before);
  await removed(forgetRemovedEndpoints, [before, limit]);
  return {
    messages: await removed(deleteMessages, [floor, limit]),
    events: await removed(deleteEvents, [floor, limit]),
  };
}

// A row that an update holds is left for the next round.
const deleteMessages = `delete from messages where id in (
    select id from messages where id < $1 order by id limit $2 for update skip locked)`;
const forgetRemovedEndpoints = `delete from endpoint_changes where endpoint_id in (
    select c.endpoint_id from endpoint_changes c
     where c.changed_at < $1 and not exists (select 1 from endpoints e where e.id = c.endpoint_id)
     order by c.changed_in limit $2 for update skip locked)`;
const deleteEvents = `delete from events where id in (
    select id from events where id < $1 order by id limit $2 for update skip locked)`;
