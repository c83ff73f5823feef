-- expands
-- Nothing: the rows of a table have no order here. The stores count their migrations alike.
select 1;
