-- Rows keep their state as JSON in `doc`; the columns beside it are what is searched. Keys are compared bytewise
-- everywhere (uuid, or text in collation "C"), so that every node locks in one order.

create table meta (
  name text collate "C" primary key,
  value text not null
);

-- One row a lane of a node: the number of its last batch, written in the batch's own transaction, so that a commit
-- whose answer was lost can be looked up. Written all the time: space for the next versions is left in the page.
create table commit_markers (
  slot text collate "C" primary key,
  batch text not null,
  at bigint not null
) with (fillfactor = 20);

-- Rows change soon after they were made, mostly once: with room in their page nine of ten changes need no new entry in the
-- index (with a fifth left free it was half of them).
create table recipients (
  id text collate "C" primary key,
  tenant_id text collate "C" not null,
  last_seen_at bigint not null,
  doc text not null
) with (fillfactor = 60);

-- Partitioned by the time in their ids, so that retention is a drop. What fits no day goes to the default partition.
create table verifications (
  id uuid primary key,
  tenant_id text collate "C" not null,
  recipient_id text collate "C" not null,
  status text not null,
  alarm_at bigint,
  doc text not null
) partition by range (id);

create table verifications_default partition of verifications default;
create index verifications_by_alarm on verifications (alarm_at) where alarm_at is not null;
-- No index by recipient: its entries would be random, two more for every start and check. The verifications of a recipient
-- form a list, from `newestId` in its row backwards.

-- The outbox: `due_at` is null once a delivery is closed.
create table deliveries (
  verification_id uuid not null,
  sequence integer not null,
  recipient_id text collate "C" not null,
  due_at bigint,
  doc text not null,
  primary key (verification_id, sequence)
) partition by range (verification_id);

create table deliveries_default partition of deliveries default;
create index deliveries_by_due on deliveries (due_at) where due_at is not null;

create table idempotency (
  id text collate "C" primary key,
  created_at bigint not null,
  doc text not null
);

create index idempotency_by_age on idempotency (created_at);

create table tenants (
  id text collate "C" primary key,
  doc text not null
);

create table services (
  id text collate "C" primary key,
  tenant_id text collate "C" not null,
  doc text not null
);

create index services_by_tenant on services (tenant_id, id);

create table api_keys (
  id text collate "C" primary key,
  tenant_id text collate "C" not null,
  digest text collate "C" not null unique,
  doc text not null
);

create index api_keys_by_tenant on api_keys (tenant_id, id);

-- One day of a partitioned table. Names come from the caller of this file alone; format() quotes them all the same.
create function countersign_add_day(parent text, day text, first uuid, after_last uuid) returns void
language plpgsql as $$
begin
  if to_regclass(parent || '_' || day) is null then
    execute format(
      'create table if not exists %I partition of %I for values from (%L) to (%L)',
      parent || '_' || day, parent, first, after_last);
  end if;
exception when check_violation then
  -- The default partition holds rows of this day already: they are served, and purged, from there.
  null;
end $$;

-- Drops the days that lie before `day`; returns how many.
create function countersign_drop_days(parent text, day text) returns integer
language plpgsql as $$
declare
  child record;
  dropped integer := 0;
begin
  for child in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = to_regclass(parent) and c.relname ~ '_[0-9]{8}$'
      and right(c.relname, 8) < day
  loop
    execute format('drop table %I', child.relname);
    dropped := dropped + 1;
  end loop;
  return dropped;
end $$;
