-- expands
-- Which endpoints changed since a server looked, so that it need not read them all. The database notes it itself: a
-- server of the version before does not know of it. What a removed endpoint leaves goes with the purge.

create table endpoint_changes (
  revision integer primary key autoincrement,
  endpoint_id text not null unique,
  changed_at integer not null
) strict;

create trigger endpoint_added after insert on endpoints begin
  delete from endpoint_changes where endpoint_id = new.id;
  insert into endpoint_changes (endpoint_id, changed_at) values (new.id, unixepoch() * 1000);
end;

create trigger endpoint_changed after update on endpoints begin
  delete from endpoint_changes where endpoint_id = new.id;
  insert into endpoint_changes (endpoint_id, changed_at) values (new.id, unixepoch() * 1000);
end;

create trigger endpoint_removed after delete on endpoints begin
  delete from endpoint_changes where endpoint_id = old.id;
  insert into endpoint_changes (endpoint_id, changed_at) values (old.id, unixepoch() * 1000);
end;

create index endpoints_by_tenant on endpoints (tenant_id, id);
