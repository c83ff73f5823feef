import { prepared, type Statement } from "./prepared.ts";
import { type RowFamily, rowFamily } from "./row-family.ts";
import type { TableText } from "./table-text.ts";

/** Rows that are read when a secret is opened for the first time, and written when keys are rotated. */
const readDataKeyRows: Statement = prepared(
  "read_data_key_rows",
  `select 'dataKeys' as kind, r.id as id, r.doc as doc from unnest($1::text[]) k (id)
     cross join lateral (select r.id, r.doc from data_keys r where r.id = k.id offset 0) r
   union all
   select 'rotation' as kind, r.id as id, r.doc as doc from unnest($2::text[]) k (id)
     cross join lateral (select r.id, r.doc from rotations r where r.id = k.id offset 0) r`,
);

/** Kind by kind in key order, after those of accounts. */
const lockDataKeyRows: Statement = prepared(
  "lock_data_key_rows",
  `with data_key as materialized (
     select r.id, r.doc from data_keys r where r.id = any($1::text[]) order by r.id for update),
   rotation as materialized (
     select r.id, r.doc from rotations r where r.id = any($2::text[]) order by r.id for update)
   select 'dataKeys' as kind, id, doc from data_key
   union all select 'rotation', id, doc from rotation`,
);

export const dataKeyRows: RowFamily<"dataKeys" | "rotation"> = rowFamily(
  ["dataKeys", "rotation"],
  readDataKeyRows,
  lockDataKeyRows,
);

export type DataKeyTable = (typeof dataKeyRows)["tables"][number];

type Texts = { readonly [T in DataKeyTable]: TableText<T> };

export const dataKeyTexts: Texts = {
  dataKeys: {
    upsert: prepared(
      "put_data_keys",
      `insert into data_keys (id, doc) select * from unnest($1::text[], string_to_array($2, chr(30)))
       on conflict (id) do update set doc = excluded.doc`,
    ),
    remove: prepared("remove_data_keys", "delete from data_keys where id = any($1::text[])"),
    columns: (row) => [row.id],
  },
  rotation: {
    upsert: prepared(
      "put_rotations",
      `insert into rotations (id, doc) select * from unnest($1::text[], string_to_array($2, chr(30)))
       on conflict (id) do update set doc = excluded.doc`,
    ),
    remove: prepared("remove_rotations", "delete from rotations where id = any($1::text[])"),
    columns: (row) => [row.id],
  },
};
