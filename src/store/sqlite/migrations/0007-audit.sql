-- expands
-- Administrative acts, in a chain: the entries by their sequence in twelve digits, and behind them the chain's head.

create table audit (
  id text primary key,
  doc text not null
) strict, without rowid;
