import type { FastifySchemaValidationError } from "fastify";
import { formOf } from "./forms.ts";

/** Which field, as a path with dots, and what is wrong with it as the rest of a sentence that begins with its name. */
export interface SchemaProblem {
  readonly path: string;
  readonly detail: string;
}

/** The validator was told to be verbose: the value comes with the error. */
type VerboseError = FastifySchemaValidationError & {
  readonly data?: unknown;
  readonly parentSchema?: { readonly patternProperties?: object };
};

/** The validator's first finding in words: what is allowed, and what was given as far as it may be repeated (K-7). */
export function schemaProblem(error: VerboseError): SchemaProblem {
  const params = error.params as Readonly<Record<string, unknown>>;
  const base = error.instancePath.slice(1).replaceAll("/", ".").replaceAll("~1", "/").replaceAll("~0", "~");
  const inside = (name: unknown): string => (base === "" ? String(name) : `${base}.${String(name)}`);
  switch (error.keyword) {
    case "additionalProperties": {
      const [namePattern] = Object.keys(error.parentSchema?.patternProperties ?? {});
      if (namePattern !== undefined)
        return { path: base, detail: `must have names of ${formOf(namePattern)}` };
      return { path: inside(params["additionalProperty"]), detail: "is not a field that is known here" };
    }
    case "required":
      return { path: inside(params["missingProperty"]), detail: "must be given" };
    default:
      return { path: base, detail: `must ${rule(error.keyword, params)}${given(error.keyword, error.data)}` };
  }
}

function rule(keyword: string, params: Readonly<Record<string, unknown>>): string {
  const limit = String(params["limit"]);
  switch (keyword) {
    case "minimum":
      return `be at least ${limit}`;
    case "maximum":
      return `be at most ${limit}`;
    case "minLength":
      return limit === "1" ? "not be empty" : `be at least ${limit} characters long`;
    case "maxLength":
      return `be at most ${limit} characters long`;
    case "minItems":
    case "minProperties":
      return `have at least ${entries(limit)}`;
    case "maxItems":
    case "maxProperties":
      return `have at most ${entries(limit)}`;
    case "uniqueItems":
      return "have no entry twice";
    case "enum":
      return `be one of ${(params["allowedValues"] as readonly unknown[]).join(", ")}`;
    case "type":
      return `be ${[params["type"]].flat().map(typeWords).join(" or ")}`;
    case "format":
      return params["format"] === "date-time"
        ? "be an instant such as 2027-01-31T12:00:00Z"
        : "have the right form";
    case "pattern":
      return `be ${formOf(String(params["pattern"]))}`;
    default:
      return "have the form that the API's document describes";
  }
}

function entries(limit: string): string {
  return limit === "1" ? "1 entry" : `${limit} entries`;
}

function typeWords(type: unknown): string {
  const words: Readonly<Record<string, string>> = {
    string: "a text",
    integer: "a whole number",
    number: "a number",
    boolean: "true or false",
    array: "a list",
    object: "an object",
    null: "null",
  };
  return words[String(type)] ?? String(type);
}

/** Words as they are misspelled, and nothing that could be a code, a number of a phone or a secret. */
const repeatablePattern = /^[A-Za-z][A-Za-z_-]{0,19}$/;
const repeatableMax = 100_000;

/** What was given: measures, and words and numbers that are no secret. */
function given(keyword: string, data: unknown): string {
  switch (keyword) {
    case "minimum":
    case "maximum":
      return typeof data === "number" && Math.abs(data) < repeatableMax ? `, but is ${data}` : "";
    case "minLength":
    case "maxLength":
      return typeof data === "string" && data !== "" ? `, but is ${[...data].length}` : "";
    case "minItems":
    case "maxItems":
      return Array.isArray(data) ? `, but has ${data.length}` : "";
    case "minProperties":
    case "maxProperties":
      return typeof data === "object" && data !== null ? `, but has ${Object.keys(data).length}` : "";
    case "enum":
      return typeof data === "string" && repeatablePattern.test(data) ? `, but is ${data}` : "";
    case "type":
      return `, but is ${kindOf(data)}`;
    default:
      return "";
  }
}

function kindOf(data: unknown): string {
  if (data === null) return "null";
  if (Array.isArray(data)) return "a list";
  if (typeof data === "number") return Number.isInteger(data) ? "a whole number" : "a number with a fraction";
  return typeWords(typeof data);
}
