-- What large batches wrote and what is not yet in the tables: a few places, used again and again, so that what was there
-- is overwritten and no page is freed. Place 0 holds the number of the last batch that is in the tables. A program that
-- does not know of it would miss the others.

create table journal (
  place integer primary key,
  doc blob not null
) strict;
