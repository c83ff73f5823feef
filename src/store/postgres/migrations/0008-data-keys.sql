-- expands
-- The keys that a tenant's lasting secrets are sealed with, themselves sealed with one that the master secret gives; and
-- how far the bringing of everything to the current keys has come. A program that knows neither works on as long as no
-- data key was made: with the first one `schema_works_from` is raised to this step.

create table data_keys (
  id text collate "C" primary key,
  doc text not null
);

create table rotations (
  id text collate "C" primary key,
  doc text not null
);
