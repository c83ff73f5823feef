-- expands
-- Enrolled people. `kept_until` is when a row may be purged: null for those that stay until somebody removes them.

-- A name by which somebody signs in or tries to: found by its blind index.
create table subscriber_names (
  id text collate "C" primary key,
  kept_until bigint,
  doc text not null
);

create index subscriber_names_by_end on subscriber_names (kept_until) where kept_until is not null;

-- What they enrolled is in their row: one lock and one failure budget for all of it.
create table subscribers (
  id text collate "C" primary key,
  tenant_id text collate "C" not null,
  doc text not null
);

create index subscribers_by_tenant on subscribers (tenant_id, id);

create table challenges (
  id text collate "C" primary key,
  subscriber_id text collate "C" not null,
  kept_until bigint not null,
  doc text not null
);

create index challenges_by_end on challenges (kept_until);

create table sessions (
  id text collate "C" primary key,
  subscriber_id text collate "C" not null,
  kept_until bigint not null,
  doc text not null
);

create index sessions_by_end on sessions (kept_until);
create index sessions_by_subscriber on sessions (subscriber_id, id);
