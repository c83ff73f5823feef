import type { Dialect } from "../../tenants/records.ts";
import { prepared } from "./prepared.ts";

/** One statement a dialect, each with an index of its own. */
export const keysByDialect = {
  vonage: prepared(
    "keys_by_vonage",
    "select id, doc from api_keys where countersign_dialect(doc, 'vonage', 'user') = $1 order by id",
  ),
  twilio: prepared(
    "keys_by_twilio",
    "select id, doc from api_keys where countersign_dialect(doc, 'twilio', 'user') = $1 order by id",
  ),
  telnyx: prepared(
    "keys_by_telnyx",
    "select id, doc from api_keys where countersign_dialect(doc, 'telnyx', 'digest') = $1 order by id",
  ),
  flowroute: prepared(
    "keys_by_flowroute",
    "select id, doc from api_keys where countersign_dialect(doc, 'flowroute', 'user') = $1 order by id",
  ),
} as const satisfies Readonly<Record<Dialect, object>>;

/** The statements that read, beside rows by key and what is due. */
export const queries = {
  deliveriesOf: prepared(
    "deliveries_of",
    `select verification_id || '.' || sequence as id, recipient_id as "recipientId", doc
       from deliveries where verification_id = $1 order by sequence`,
  ),
  nextDue: prepared(
    "next_due",
    `select least(
       (select due_at from deliveries where due_at is not null order by due_at limit 1),
       (select alarm_at from verifications where alarm_at is not null order by alarm_at limit 1))::text as at`,
  ),
  // Whether a pending row has ended, as `asOf` has it. The columns tell for nearly all of them: an alarm is never later
  // than the end, and only what seems to come from the future can have ended before it began.
  byTenant: prepared(
    "by_tenant",
    `select id, tenant_id as "tenantId", recipient_id as "recipientId", doc from verifications where tenant_id = $1 and id < $2::uuid
       and ($3::text is null or $3 = case
         when status <> 'pending' then status
         when alarm_at <= $5::bigint and (doc::json ->> 2)::bigint <= $5::bigint then 'expired'
         when id > $6::uuid and (doc::json ->> 1)::bigint > $7::bigint then 'expired'
         else status end)
     order by id desc limit $4`,
  ),
  // A recipient's verifications form a list, from its newest backwards or from the one that is asked before: no index
  // has to be written for it, whose keys would be random. `previousId` has one place in pending rows and one in settled.
  byRecipient: prepared(
    "by_recipient",
    `with recursive list as (
       select v.id, v.tenant_id, v.recipient_id, v.status, v.alarm_at, v.doc from verifications v
        where v.id = case
          when exists (select from verifications b where b.id = $2::uuid and b.recipient_id = $8) then $2::uuid
          else (select (r.doc::json ->> 2)::uuid from recipients r where r.id = $8) end
       union all
       select v.* from list l cross join lateral (
         select v.id, v.tenant_id, v.recipient_id, v.status, v.alarm_at, v.doc from verifications v
          where v.id = (l.doc::json ->> case when l.status = 'pending' then 16 else 13 end)::uuid offset 0) v)
     select id, tenant_id as "tenantId", recipient_id as "recipientId", doc from list
      where tenant_id = $1 and id < $2::uuid
       and ($3::text is null or $3 = case
         when status <> 'pending' then status
         when alarm_at <= $5::bigint and (doc::json ->> 2)::bigint <= $5::bigint then 'expired'
         when id > $6::uuid and (doc::json ->> 1)::bigint > $7::bigint then 'expired'
         else status end) limit $4`,
  ),
  keyByDigest: prepared("key_by_digest", "select id, doc from api_keys where digest = $1"),
  tenants: prepared("tenants", "select id, doc from tenants order by id"),
  services: prepared("services", "select id, doc from services where tenant_id = $1 order by id"),
  apiKeys: prepared("api_keys", "select id, doc from api_keys where tenant_id = $1 order by id"),
  otherNodes: prepared(
    "other_nodes",
    `select count(distinct application_name)::int as nodes from pg_stat_activity
      where datname = current_database() and application_name like 'countersign %' and application_name <> $1`,
  ),
  metas: prepared("metas", "select name, value from meta order by name"),
  readMeta: prepared("read_meta", "select value from meta where name = $1"),
  removeMeta: prepared("remove_meta", "delete from meta where name = $1"),
  writeMeta: prepared(
    "write_meta",
    `insert into meta (name, value) values ($1, $2)
       on conflict (name) do update set value = excluded.value`,
  ),
};
