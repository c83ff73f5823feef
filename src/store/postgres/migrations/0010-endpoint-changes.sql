-- expands
-- Which endpoints changed since a server looked, so that it need not read them all. The database notes it itself: a
-- server of the version before does not know of it. A change is known by its transaction, since transactions do not end
-- in the order of any number that they draw. What a removed endpoint leaves goes with the purge.

create table endpoint_changes (
  endpoint_id text collate "C" primary key,
  changed_in xid8 not null,
  changed_at bigint not null
) with (fillfactor = 80);

create index endpoint_changes_by_transaction on endpoint_changes (changed_in);

create function note_endpoint_change() returns trigger language plpgsql as $$
begin
  insert into endpoint_changes (endpoint_id, changed_in, changed_at)
  values (coalesce(new.id, old.id), pg_current_xact_id(), extract(epoch from clock_timestamp()) * 1000)
  on conflict (endpoint_id) do update set changed_in = excluded.changed_in, changed_at = excluded.changed_at;
  return null;
end $$;

create trigger endpoint_changed after insert or update or delete on endpoints
  for each row execute function note_endpoint_change();

create index endpoints_by_tenant on endpoints (tenant_id, id);
