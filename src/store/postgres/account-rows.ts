import { keptUntil, type Store, sessionBounds } from "../port.ts";
import { prepared, type Statement } from "./prepared.ts";
import { type RowFamily, rowFamily } from "./row-family.ts";
import type { TableText } from "./table-text.ts";
import type { AskRows } from "./webhook-rows.ts";

/** Rows of accounts, apart from all others: a verification has none, and its statements do not get longer for them. */
const readAccountRows: Statement = prepared(
  "read_account_rows",
  `select 'subscriberName' as kind, r.id as id, r.doc as doc from unnest($1::text[]) k (id)
     cross join lateral (select r.id, r.doc from subscriber_names r where r.id = k.id offset 0) r
   union all
   select 'subscriber' as kind, r.id as id, r.doc as doc from unnest($2::text[]) k (id)
     cross join lateral (select r.id, r.doc from subscribers r where r.id = k.id offset 0) r
   union all
   select 'challenge' as kind, r.id as id, r.doc as doc from unnest($3::text[]) k (id)
     cross join lateral (select r.id, r.doc from challenges r where r.id = k.id offset 0) r
   union all
   select 'session' as kind, r.id as id, r.doc as doc from unnest($4::text[]) k (id)
     cross join lateral (select r.id, r.doc from sessions r where r.id = k.id offset 0) r`,
);

/** Kind by kind in key order, after those of webhooks and before everything else. */
const lockAccountRows: Statement = prepared(
  "lock_account_rows",
  `with name as materialized (
     select r.id, r.doc from subscriber_names r where r.id = any($1::text[]) order by r.id for update),
   subscriber as materialized (
     select r.id, r.doc from subscribers r where r.id = any($2::text[]) order by r.id for update),
   challenge as materialized (
     select r.id, r.doc from challenges r where r.id = any($3::text[]) order by r.id for update),
   session as materialized (
     select r.id, r.doc from sessions r where r.id = any($4::text[]) order by r.id for update)
   select 'subscriberName' as kind, id, doc from name
   union all select 'subscriber', id, doc from subscriber
   union all select 'challenge', id, doc from challenge
   union all select 'session', id, doc from session`,
);

export const accountRows: RowFamily<"subscriberName" | "subscriber" | "challenge" | "session"> = rowFamily(
  ["subscriberName", "subscriber", "challenge", "session"],
  readAccountRows,
  lockAccountRows,
);

export type AccountTable = (typeof accountRows)["tables"][number];

type Texts = { readonly [T in AccountTable]: TableText<T> };

export const accountTexts: Texts = {
  subscriberName: {
    upsert: prepared(
      "put_subscriber_names",
      `insert into subscriber_names (id, kept_until, doc) select * from unnest($1::text[], $2::bigint[], string_to_array($3, chr(30)))
       on conflict (id) do update set kept_until = excluded.kept_until, doc = excluded.doc`,
    ),
    remove: prepared("remove_subscriber_names", "delete from subscriber_names where id = any($1::text[])"),
    columns: (row) => [row.id, keptUntil(row)],
  },
  subscriber: {
    upsert: prepared(
      "put_subscribers",
      `insert into subscribers (id, tenant_id, doc) select * from unnest($1::text[], $2::text[], string_to_array($3, chr(30)))
       on conflict (id) do update set doc = excluded.doc`,
    ),
    remove: prepared("remove_subscribers", "delete from subscribers where id = any($1::text[])"),
    columns: (row) => [row.id, row.tenantId],
  },
  challenge: {
    upsert: prepared(
      "put_challenges",
      `insert into challenges (id, subscriber_id, kept_until, doc) select * from unnest($1::text[], $2::text[], $3::bigint[], string_to_array($4, chr(30)))
       on conflict (id) do update set kept_until = excluded.kept_until, doc = excluded.doc`,
    ),
    remove: prepared("remove_challenges", "delete from challenges where id = any($1::text[])"),
    columns: (row) => [row.id, row.subscriberId, keptUntil(row)],
  },
  session: {
    upsert: prepared(
      "put_sessions",
      `insert into sessions (id, subscriber_id, kept_until, doc) select * from unnest($1::text[], $2::text[], $3::bigint[], string_to_array($4, chr(30)))
       on conflict (id) do update set kept_until = excluded.kept_until, doc = excluded.doc`,
    ),
    remove: prepared("remove_sessions", "delete from sessions where id = any($1::text[])"),
    columns: (row) => [row.id, row.subscriberId, keptUntil(row)],
  },
};

export const accountQueries = {
  subscribers: prepared(
    "subscribers",
    "select id, doc from subscribers where tenant_id = $1 and id > $2 order by id limit $3",
  ),
  sessionsOf: prepared(
    "sessions_of",
    `select id, doc from sessions where subscriber_id = $1 and kept_until > $2 and (kept_until > $3 or id < $4)
     order by id desc limit $5`,
  ),
};

/** Their reads past the rows by key. */
export function accountReads(docs: AskRows): Pick<Store, "subscribers" | "sessionsOf"> {
  return {
    subscribers: ({ tenantId, after, limit }) =>
      docs("subscriber", accountQueries.subscribers, [tenantId, after ?? "", limit]),
    sessionsOf(query) {
      const { at, until, olderThan } = sessionBounds(query);
      const { subscriberId, limit } = query;
      return docs("session", accountQueries.sessionsOf, [subscriberId, at, until, olderThan, limit]);
    },
  };
}

/** Removes those whose time is over, at most `limit` of all of them together; how many. */
export async function purgeAccounts(
  removed: (text: string, values: unknown[]) => Promise<number>,
  before: number,
  limit: number,
): Promise<number> {
  let accounts = 0;
  for (const text of deleteAccounts) accounts += await removed(text, [before, limit - accounts]);
  return accounts;
}

const deleteAccounts = [
  `delete from challenges where id in (
    select id from challenges where kept_until < $1 order by kept_until limit $2 for update skip locked)`,
  `delete from sessions where id in (
    select id from sessions where kept_until < $1 order by kept_until limit $2 for update skip locked)`,
  `delete from subscriber_names where id in (
    select id from subscriber_names where kept_until < $1 order by kept_until limit $2 for update skip locked)`,
];
