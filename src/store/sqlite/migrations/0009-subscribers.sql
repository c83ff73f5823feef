-- expands
-- Subscribers get a rowid, although their key is a text. With what somebody enrolled, ten recovery codes above all, a row
-- is longer than a quarter of a page: a tree of texts keeps the rest of such a row on pages of its own, and has few keys
-- on the pages that lead there.

create table new_subscribers (
  id text primary key,
  tenant_id text not null,
  doc text not null
) strict;

insert into new_subscribers (id, tenant_id, doc) select id, tenant_id, doc from subscribers order by id;
drop table subscribers;
alter table new_subscribers rename to subscribers;
create index subscribers_by_tenant on subscribers (tenant_id, id);
