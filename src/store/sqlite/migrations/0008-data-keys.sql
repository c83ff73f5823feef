-- expands
-- The keys that a tenant's lasting secrets are sealed with, themselves sealed with one that the master secret gives; and
-- how far the bringing of everything to the current keys has come. A program that knows neither works on as long as no
-- data key was made: with the first one `schema_works_from` is raised to this step.

create table data_keys (
  id text primary key,
  doc text not null
) strict, without rowid;

create table rotations (
  id text primary key,
  doc text not null
) strict, without rowid;
