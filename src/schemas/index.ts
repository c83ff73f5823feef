import type { Type as TypeBox } from "typebox";

export type { Static, TProperties, TSchema } from "typebox";

type Used =
  | "Array"
  | "Boolean"
  | "Enum"
  | "Integer"
  | "Literal"
  | "Null"
  | "Number"
  | "Object"
  | "Optional"
  | "Record"
  | "String"
  | "Union"
  | "Unknown"
  | "Unsafe";

type Options = Readonly<Record<string, unknown>>;

/** What may be missing from an object: no property of the schema itself, since that is JSON for all to read. */
const optional = new WeakSet<object>();

const typed =
  (type: string) =>
  (options?: Options): object => ({ type, ...options });

const builders = {
  Array: (items: object, options?: Options) => ({ type: "array", items, ...options }),
  Boolean: typed("boolean"),
  Enum: (values: readonly unknown[], options?: Options) => ({ enum: values, ...options }),
  Integer: typed("integer"),
  Literal: (value: unknown, options?: Options) => ({ type: typeof value, const: value, ...options }),
  Null: typed("null"),
  Number: typed("number"),
  Object(properties: Readonly<Record<string, object>>, options?: Options) {
    const required = Object.keys(properties).filter((name) => !optional.has(properties[name] as object));
    return { type: "object", ...(required.length > 0 ? { required } : {}), properties, ...options };
  },
  Optional(schema: object) {
    const copy = { ...schema };
    optional.add(copy);
    return copy;
  },
  Record: (key: { readonly pattern?: string }, value: object, options?: Options) => ({
    type: "object",
    patternProperties: { [key.pattern ?? "^.*$"]: value },
    ...options,
  }),
  String: typed("string"),
  Union: (anyOf: readonly object[], options?: Options) => ({ anyOf, ...options }),
  Unknown: (options?: Options) => ({ ...options }),
  Unsafe: (schema: object) => ({ ...schema }),
} satisfies Record<Used, unknown>;

/**
 * JSON schemas with their TypeScript types: those functions of TypeBox that we use, made by ourselves, while the types are
 * TypeBox's own. To load TypeBox took a third of what a server needs to load, and it was a quarter of what we install.
 */
export const Type = builders as unknown as Pick<typeof TypeBox, Used>;
