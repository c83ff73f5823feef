-- expands
-- Where events are told to, the events on their way there, and callers' own texts. Without an endpoint nothing is ever
-- written here.

create table endpoints (
  id text primary key,
  tenant_id text not null,
  doc text not null
) strict, without rowid;

-- Ids begin with a UUIDv7: new rows go to the end, and old ones are purged from the front. `due_at` is null once an
-- event is over.
create table events (
  id text primary key,
  endpoint_id text not null,
  state text not null,
  due_at integer,
  doc text not null
) strict, without rowid;

create index events_by_due on events (endpoint_id, due_at) where due_at is not null;
create index events_by_endpoint on events (endpoint_id, id);

create table messages (
  id text primary key,
  tenant_id text not null,
  recipient_id text not null,
  doc text not null
) strict, without rowid;

create index messages_by_recipient on messages (recipient_id, id);
create index messages_by_tenant on messages (tenant_id, id);
