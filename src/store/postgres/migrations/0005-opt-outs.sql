-- expands
-- Numbers whose people answered a text of ours with STOP. Found by a blind index over all tenants; kept until they answer
-- START.

create table opt_outs (
  id text collate "C" primary key,
  doc text not null
);
