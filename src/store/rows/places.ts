/**
 * Rows are kept as JSON lists instead of objects: the place of a value says which one it is, and what is as usual is
 * null, left out at the end. A list is a third of the object's size, and size is what writing costs (ADR 25).
 */
export interface Place<Value> {
  /** What null stands for; `absent` where the row then lacks the field. */
  readonly usual?: Value | null | typeof absent;
  readonly pack?: (value: Value) => unknown;
  readonly unpack?: (packed: never) => Value;
}

/** The field is not there at all, which is not the same as null. */
export const absent: unique symbol = Symbol("absent");

/** The fields of each kind of a union. */
type FieldOf<Row> = Row extends Row ? keyof Row : never;
type ValueOf<Row, Name> = Row extends Row ? (Name extends keyof Row ? Row[Name] : never) : never;

/**
 * Each field of a row but those that are columns, in the order of their places: a field without a place does not
 * compile. An order never changes once released; a new field goes to the end and has a usual value.
 */
export type Places<Row, Column extends FieldOf<Row> = never> = {
  readonly [Name in Exclude<FieldOf<Row>, Column>]-?: Place<NonNullable<ValueOf<Row, Name>>>;
};

/** Between a row and its list. */
export interface ListCodec<Fields> {
  toList(row: Fields): unknown[];
  fromList(list: readonly unknown[]): Fields;
}

interface Field {
  readonly name: string;
  readonly usual: unknown;
  readonly pack: ((value: unknown) => unknown) | null;
  readonly unpack: ((packed: unknown) => unknown) | null;
}

/** An empty list as the usual value, whichever empty list it is. */
export const none: readonly never[] = Object.freeze([]);

export function listCodec<Row, Column extends FieldOf<Row> = never>(
  places: Places<Row, Column>,
): ListCodec<Omit<Row, Column>> {
  const fields = Object.entries(places).map(([name, place]): Field => {
    const { usual, pack = null, unpack = null } = place as Place<unknown>;
    return { name, usual, pack, unpack } as Field;
  });
  return {
    toList: (row) => toList(fields, row as Readonly<Record<string, unknown>>),
    fromList: (list) => fromList(fields, list) as Omit<Row, Column>,
  };
}

function toList(fields: readonly Field[], row: Readonly<Record<string, unknown>>): unknown[] {
  const list: unknown[] = [];
  let last = 0;
  for (const { name, usual, pack } of fields) {
    const value = row[name];
    if (value === undefined || value === null || value === usual || (usual === none && isEmpty(value))) {
      list.push(null);
    } else {
      list.push(pack === null ? value : pack(value));
      last = list.length;
    }
  }
  list.length = last;
  return list;
}

function fromList(fields: readonly Field[], list: readonly unknown[]): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (let place = 0; place < fields.length; place++) {
    const { name, usual, unpack } = fields[place] as Field;
    const packed = list[place] ?? null;
    if (packed !== null) row[name] = unpack === null ? packed : unpack(packed);
    else if (usual === undefined) throw new RangeError(`a row lacks its ${name}`);
    else if (usual !== absent) row[name] = usual;
  }
  return row;
}

function isEmpty(value: unknown): boolean {
  return (value as readonly unknown[]).length === 0;
}

/** A list of rows inside a row. */
export function listOf<Row>(codec: ListCodec<Row>): Required<Omit<Place<readonly Row[]>, "usual">> {
  return {
    pack: (rows) => rows.map((row) => codec.toList(row)),
    unpack: (lists: readonly (readonly unknown[])[]) => lists.map((list) => codec.fromList(list)),
  };
}
