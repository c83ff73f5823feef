import { Type as TypeBox } from "typebox";
import { describe, expect, test } from "vitest";
import { Type } from "./index.ts";

const options = { description: "d", maxLength: 3 };

/** The same schema made by TypeBox and by us, as JSON shows it. */
const pairs: Readonly<Record<string, (type: typeof Type) => object>> = {
  Array: ({ Array: list, String: text }) => list(text(), { minItems: 1 }),
  Boolean: (type) => type.Boolean(options),
  Enum: (type) => type.Enum(["a", "b"], options),
  Integer: (type) => type.Integer({ minimum: 1 }),
  Literal: (type) => type.Array(type.Union([type.Literal("a"), type.Literal(1), type.Literal(true)])),
  Null: (type) => type.Null(),
  Number: (type) => type.Number({ description: "d" }),
  "Object of what is required and what is not": (type) =>
    type.Object({ a: type.String(), b: type.Optional(type.String(options)), c: type.Null() }, options),
  "Object of nothing required": (type) => type.Object({ b: type.Optional(type.Unknown()) }),
  "Object whose field was optional elsewhere": (type) => {
    const field = type.String();
    return type.Array(type.Object({ a: field, b: type.Optional(field) }));
  },
  "Object of a field made anew from an optional one": (type) =>
    type.Object({ a: type.Unsafe<string>({ ...type.Optional(type.String()) }) }),
  "Object within an object": (type) => type.Object({ a: type.Optional(type.Object({ b: type.Integer() })) }),
  "Record of any name": (type) => type.Record(type.String(), type.Unknown(), options),
  "Record of names of a pattern": (type) =>
    type.Record(type.String({ pattern: "^[a-z]+$" }), type.String(), { maxProperties: 2 }),
  String: (type) => type.String(options),
  Union: (type) => type.Union([type.String(), type.Null()], options),
  Unknown: (type) => type.Unknown(options),
  Unsafe: (type) => type.Unsafe<string | null>({ type: ["string", "null"] }),
};

describe("schemas are those of TypeBox, to the letter", () => {
  for (const [what, make] of Object.entries(pairs)) {
    test(what, () => expect(JSON.stringify(make(Type))).toBe(JSON.stringify(make(TypeBox))));
  }

  test("and no function of ours is left out", () => {
    const compared = new Set(Object.values(pairs).flatMap((make) => namesIn(make)));
    expect([...compared].sort()).toEqual(Object.keys(Type).sort());
  });
});

function namesIn(make: (type: typeof Type) => object): string[] {
  const names: string[] = [];
  const noting = new Proxy(Type, {
    get(type, name: keyof typeof Type) {
      names.push(name);
      return type[name];
    },
  });
  make(noting);
  return names;
}
