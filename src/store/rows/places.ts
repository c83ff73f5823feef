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

/** A field of a table as its code is made from it. */
export interface Field {
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
  return codecOf(fields) as ListCodec<Omit<Row, Column>>;
}

function codecOf(fields: readonly Field[]): ListCodec<unknown> {
  try {
    return madeCodec(fields);
  } catch (cause) {
    // A host application that was started with --disallow-code-generation-from-strings.
    if (cause instanceof EvalError) return loopedCodec(fields);
    throw cause;
  }
}

/** What is made from a table of fields. */
export function madeCodec(fields: readonly Field[]): ListCodec<unknown> {
  return {
    toList: compiled(fields, toListSource(fields)),
    fromList: compiled(fields, fromListSource(fields)),
  } as ListCodec<unknown>;
}

/** The same without making code, four times as slow. */
export function loopedCodec(fields: readonly Field[]): ListCodec<unknown> {
  return {
    toList: (row) => toList(fields, row as Readonly<Record<string, unknown>>),
    fromList: (list) => fromList(fields, list),
  };
}

function toList(fields: readonly Field[], row: Readonly<Record<string, unknown>>): unknown[] {
  const list: unknown[] = [];
  for (const [place, { name, usual, pack }] of fields.entries()) {
    const value = row[name];
    const isEmpty = usual === none && (value as readonly unknown[] | null | undefined)?.length === 0;
    if (value === undefined || value === null || value === usual || isEmpty) continue;
    while (list.length < place) list.push(null);
    list.push(pack === null ? value : pack(value));
  }
  return list;
}

function fromList(fields: readonly Field[], list: readonly unknown[]): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const [place, { name, usual, unpack }] of fields.entries()) {
    const packed = list[place] ?? null;
    if (packed !== null) row[name] = unpack === null ? packed : unpack(packed);
    else if (usual === undefined) missing(name);
    else if (usual !== absent) row[name] = usual;
  }
  return row;
}

/**
 * Code for one kind of row, made once from its table. A loop that serves all kinds looks up every field of all of them at
 * one place of the program, where V8 can learn nothing about them: it took four times as long. What becomes code are
 * names and usual values of the tables in this folder, never anything of a row.
 */
function compiled(fields: readonly Field[], source: string): unknown {
  const make = new Function("fields", "missing", `"use strict"; ${source}`) as (
    of: readonly Field[],
    missing: (name: string) => never,
  ) => unknown;
  return make(fields, missing);
}

function missing(name: string): never {
  throw new RangeError(`a row lacks its ${name}`);
}

/** `(row) => list`. Nulls are written once something follows them: to cut them off at the end costs more than the rest. */
function toListSource(fields: readonly Field[]): string {
  const steps = fields.map(({ name, usual, pack }, place) => {
    const isUsual =
      usual === none ? " || value.length === 0" : isPrimitive(usual) ? ` || value === ${literal(usual)}` : "";
    const packed = pack === null ? "value" : `fields[${place}].pack(value)`;
    return `value = row[${literal(name)}];
      if (value === undefined || value === null${isUsual}) nulls++;
      else { for (; nulls > 0; nulls--) list.push(null); list.push(${packed}); }`;
  });
  return `return (row) => { const list = []; let nulls = 0; let value; ${steps.join("\n")} return list; };`;
}

/** `(list) => row`: what may be absent comes last, so that rows that have the same fields have the same shape. */
function fromListSource(fields: readonly Field[]): string {
  const unpacked = (place: number): string =>
    fields[place]?.unpack === null ? "value" : `fields[${place}].unpack(value)`;
  const given = fields.map(({ name, usual }, place) => {
    if (usual === absent) return "";
    const otherwise =
      usual === undefined
        ? `missing(${literal(name)})`
        : isPrimitive(usual)
          ? literal(usual)
          : `fields[${place}].usual`;
    return `${literal(name)}: (value = list[${place}] ?? null) === null ? ${otherwise} : ${unpacked(place)},`;
  });
  const rare = fields.map(({ name, usual }, place) =>
    usual === absent
      ? `if ((value = list[${place}] ?? null) !== null) row[${literal(name)}] = ${unpacked(place)};`
      : "",
  );
  return `return (list) => { let value; const row = { ${given.join("\n")} }; ${rare.join("\n")} return row; };`;
}

function isPrimitive(usual: unknown): usual is string | number | boolean | null {
  return usual === null || ["string", "number", "boolean"].includes(typeof usual);
}

const literal = (value: string | number | boolean | null): string => JSON.stringify(value);

/** A list of rows inside a row. */
export function listOf<Row>(codec: ListCodec<Row>): Required<Omit<Place<readonly Row[]>, "usual">> {
  return {
    pack: (rows) => rows.map((row) => codec.toList(row)),
    unpack: (lists: readonly (readonly unknown[])[]) => lists.map((list) => codec.fromList(list)),
  };
}
