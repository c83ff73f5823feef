-- expands
-- Numbers whose people answered a text of ours with STOP. Found by a blind index over all tenants; kept until they answer
-- START.

create table opt_outs (
  id text primary key,
  doc text not null
) strict, without rowid;
