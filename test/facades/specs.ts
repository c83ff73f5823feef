import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Ajv2020, type AnySchema, type ValidateFunction } from "ajv/dist/2020.js";
import { parse } from "yaml";

const repository = join(import.meta.dirname, "../..");

/** Where descriptions of the vendors' APIs may lie: they are theirs, and stay out of this repository. */
function places(): readonly string[] {
  const beside = dirname(repository);
  const named = process.env["VENDOR_SPECS"];
  const folders = readdirSync(beside, { withFileTypes: true }).filter((one) => one.isDirectory());
  return [...(named === undefined ? [] : [named]), ...folders.map(({ name }) => join(beside, name, "specs"))];
}

const found = places().find((place) => existsSync(join(place, "telnyx", "telnyx-verify.json")));

export const specsAbsent =
  found === undefined ? "the vendors' descriptions are not here: name their folder in VENDOR_SPECS" : null;

export interface Spec {
  /** The first thing wrong with a value that should be as the named schema says; null where nothing is. */
  problem(schema: string, value: unknown): string | null;
}

/** Schemas of a description, in YAML or JSON. What is nullable in the older form is nullable in the newer. */
export function openSpec(file: string): Spec {
  const text = readFileSync(join(found ?? "", file), "utf8");
  const { components } = parse(text) as { components: unknown };
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addFormat("uuid", /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i);
  ajv.addFormat("date-time", (text: string) => !Number.isNaN(Date.parse(text)));
  // What nothing here depends on.
  for (const name of ["json-pointer", "url", "uri", "float"]) ajv.addFormat(name, true);
  ajv.addSchema({ $id: "spec", components: modern(components) } as AnySchema);
  const known = new Map<string, ValidateFunction>();
  return {
    problem(schema, value) {
      let validate = known.get(schema);
      if (validate === undefined) {
        validate = ajv.compile({ $ref: `spec#/components/schemas/${schema}` });
        known.set(schema, validate);
      }
      return validate(value) ? null : ajv.errorsText(validate.errors);
    },
  };
}

/** OpenAPI 3.0 as JSON Schema: `nullable` is a type, and an enum has null where it is one. */
function modern(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(modern);
  if (typeof value !== "object" || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, modern(one)]));
  const { nullable, ...schema } = copy;
  if (nullable !== true) return schema;
  return typeof schema["type"] === "string" ? { ...schema, type: [schema["type"], "null"] } : schema;
}
