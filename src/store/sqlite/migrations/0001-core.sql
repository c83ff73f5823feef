-- Rows keep their state in `doc`: eight digits of a checksum, then JSON. The columns beside it are what is searched.

create table meta (
  name text primary key,
  value text not null
) strict, without rowid;

-- With a rowid, although the key is a text: keys are random, and so each write of a row in a tree of its own key would
-- be a page of its own in the write-ahead log. Here new rows share the last pages, and only the small index is random.
create table recipients (
  id text primary key,
  tenant_id text not null,
  last_seen_at integer not null,
  doc text not null
) strict;

-- Ids are UUIDv7: new rows go to the end, and old ones are purged from the front.
create table verifications (
  id text primary key,
  tenant_id text not null,
  recipient_id text not null,
  status text not null,
  alarm_at integer,
  doc text not null
) strict, without rowid;

create index verifications_by_alarm on verifications (alarm_at) where alarm_at is not null;
-- No index by recipient: its entries would be random, one page more in the write-ahead log for every start. The
-- verifications of a recipient are a list, newest first, that begins in its row.

-- The outbox: `due_at` is null once a delivery is closed.
create table deliveries (
  verification_id text not null,
  sequence integer not null,
  recipient_id text not null,
  due_at integer,
  doc text not null,
  primary key (verification_id, sequence)
) strict, without rowid;

create index deliveries_by_due on deliveries (due_at) where due_at is not null;

create table idempotency (
  id text primary key,
  created_at integer not null,
  doc text not null
) strict, without rowid;

create index idempotency_by_age on idempotency (created_at);

create table tenants (
  id text primary key,
  doc text not null
) strict, without rowid;

create table services (
  id text primary key,
  tenant_id text not null,
  doc text not null
) strict, without rowid;

create index services_by_tenant on services (tenant_id, id);

create table api_keys (
  id text primary key,
  tenant_id text not null,
  digest text not null unique,
  doc text not null
) strict, without rowid;

create index api_keys_by_tenant on api_keys (tenant_id, id);
