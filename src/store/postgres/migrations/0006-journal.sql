-- expands
-- Nothing: the journal is the embedded store's. The stores count their migrations alike.
select 1;
