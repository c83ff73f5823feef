-- expands
-- Where events are told to, the events on their way there, and callers' own texts. Without an endpoint nothing is ever
-- written here.

create table endpoints (
  id text collate "C" primary key,
  tenant_id text collate "C" not null,
  doc text not null
);

-- Ids begin with a UUIDv7, so that the oldest come first. `due_at` is null once an event is over.
create table events (
  id text collate "C" primary key,
  endpoint_id text collate "C" not null,
  state text not null,
  due_at bigint,
  doc text not null
) with (fillfactor = 80);

create index events_by_due on events (endpoint_id, due_at) where due_at is not null;
create index events_by_endpoint on events (endpoint_id, id);

create table messages (
  id text collate "C" primary key,
  tenant_id text collate "C" not null,
  recipient_id text collate "C" not null,
  doc text not null
);

create index messages_by_tenant on messages (tenant_id, id);
create index messages_by_recipient on messages (recipient_id, id);
