-- expands
-- Enrolled people. `kept_until` is when a row may be purged: null for those that stay until somebody removes them.

-- A name by which somebody signs in or tries to: found by its blind index.
create table subscriber_names (
  id text primary key,
  kept_until integer,
  doc text not null
) strict, without rowid;

create index subscriber_names_by_end on subscriber_names (kept_until) where kept_until is not null;

-- What they enrolled is in their row: one lock and one failure budget for all of it.
create table subscribers (
  id text primary key,
  tenant_id text not null,
  doc text not null
) strict, without rowid;

create index subscribers_by_tenant on subscribers (tenant_id, id);

create table challenges (
  id text primary key,
  subscriber_id text not null,
  kept_until integer not null,
  doc text not null
) strict, without rowid;

create index challenges_by_end on challenges (kept_until);

create table sessions (
  id text primary key,
  subscriber_id text not null,
  kept_until integer not null,
  doc text not null
) strict, without rowid;

create index sessions_by_end on sessions (kept_until);
create index sessions_by_subscriber on sessions (subscriber_id, id);
