import fc from "fast-check";
import type { Json } from "./contract.ts";

/** Values for fields that mean something, by name: without them hardly any request would get past the door. */
export type Hints = Readonly<Record<string, fc.Arbitrary<unknown>>>;

/** Makes values that a JSON schema of the document accepts, as far as the schema can tell. */
export function fromSchema(document: Json, schema: Json, hints: Hints): fc.Arbitrary<unknown> {
  const of = (one: Json): fc.Arbitrary<unknown> => fromSchema(document, one, hints);
  if (schema.$ref !== undefined) {
    const path: string[] = schema.$ref.slice(2).split("/");
    return of(path.reduce((found: Json, part) => found[part], document));
  }
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(of));
  if (Array.isArray(schema.type))
    return fc.oneof(...schema.type.map((type: string) => of({ ...schema, type })));
  switch (schema.type) {
    case "string":
      return ofString(schema);
    case "integer":
      return fc.integer({ min: schema.minimum ?? 0, max: schema.maximum ?? 1_000 });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array": {
      const length = { minLength: schema.minItems ?? 0, maxLength: Math.min(schema.maxItems ?? 4, 4) };
      return schema.uniqueItems === true
        ? fc.uniqueArray(of(schema.items), length)
        : fc.array(of(schema.items), length);
    }
    case "object":
      return ofObject(document, schema, hints);
    default:
      throw new TypeError(`a schema of this kind is new here: ${JSON.stringify(schema)}`);
  }
}

function ofString(schema: Json): fc.Arbitrary<string> {
  const minLength = schema.minLength ?? 0;
  const maxLength = Math.min(schema.maxLength ?? 40, 300);
  if (schema.format === "date-time") {
    const range = { min: new Date(0), max: new Date("2040-01-01T00:00:00Z"), noInvalidDate: true };
    return fc.date(range).map((date) => date.toISOString());
  }
  if (schema.pattern !== undefined) {
    return fc
      .stringMatching(new RegExp(schema.pattern))
      .filter((text) => text.length >= minLength && text.length <= maxLength);
  }
  return fc.string({ minLength, maxLength: Math.min(maxLength, 40) });
}

function ofObject(document: Json, schema: Json, hints: Hints): fc.Arbitrary<unknown> {
  const [pattern] = Object.entries<Json>(schema.patternProperties ?? {});
  if (pattern !== undefined) {
    const [name, value] = pattern;
    const maxKeys = Math.min(schema.maxProperties ?? 3, 3);
    const key = fc
      .stringMatching(new RegExp(name))
      .filter((one) => !/^(__proto__|constructor|prototype)$/.test(one));
    return fc.dictionary(key, fromSchema(document, value, hints), { maxKeys });
  }
  const properties: Record<string, fc.Arbitrary<unknown>> = {};
  for (const [name, one] of Object.entries<Json>(schema.properties ?? {})) {
    properties[name] = hints[name] ?? fromSchema(document, one, hints);
  }
  const optional = Object.keys(properties).filter((name) => schema.required?.includes(name) !== true);
  // A few optional fields at a time: each is one more reason to be refused.
  return fc.subarray(optional, { maxLength: Math.min(3, optional.length) }).chain((chosen) => {
    const names = [...(schema.required ?? []), ...chosen];
    const picked = Object.fromEntries(names.map((name: string) => [name, properties[name]]));
    return fc.record(picked as Record<string, fc.Arbitrary<unknown>>);
  });
}
