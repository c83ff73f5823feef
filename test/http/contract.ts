import type { IncomingHttpHeaders } from "node:http";
import type { ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { shareOfRequests } from "./door.ts";

/** What came back; `json` is null where there was no body. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of every shape
  readonly json: any;
}

// biome-ignore lint/suspicious/noExplicitAny: the document is JSON whose shape these tests prove
export type Json = any;

/** What the framework around a mount says about paths that are none of ours. */
export const hostsAnswer = "host";

/** Holds answers against the OpenAPI document: the status must be declared, the type right, the body valid. */
export interface Contract {
  check(method: string, path: string, answer: Answer): void;
}

/** One operation of the document. */
export interface Operation {
  readonly method: string;
  /** With braces: `/verifications/{id}`. */
  readonly path: string;
  readonly operation: Json;
}

export function operationsOf(document: Json): Operation[] {
  return Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
    })),
  );
}

function createAjv(document: Json): Ajv2020 {
  const ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    // To make the code of a validator shorter takes longer than most of them run.
    code: { optimize: false },
  });
  ajv.addFormat("date-time", /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/);
  return ajv.addSchema(document, "document");
}

/**
 * What validates against a schema of the document, found by its path in it. Hundreds of answers have one schema, and what
 * is written alike means the same: each is compiled once.
 */
export function createValidators(document: Json): (...parts: readonly string[]) => ValidateFunction {
  const ajv = createAjv(document);
  const byPath = new Map<string, ValidateFunction>();
  const bySchema = new Map<string, ValidateFunction>();
  return (...parts) => {
    const reference = referenceTo(...parts);
    const known = byPath.get(reference.$ref);
    if (known !== undefined) return known;
    const schema = JSON.stringify(parts.reduce((at: Json, part) => at[part], document));
    const made = bySchema.get(schema) ?? ajv.compile(reference);
    bySchema.set(schema, made);
    byPath.set(reference.$ref, made);
    return made;
  };
}

/** Nearly all installations of a test file have the same document, and to compile its schemas takes half a second. */
const contracts = new Map<string, Contract>();

/** The contract of a document as it was sent. */
export function contractOf(text: string): Contract {
  const known = contracts.get(text) ?? createContract(JSON.parse(text));
  contracts.set(text, known);
  return known;
}

function createContract(document: Json): Contract {
  const validatorOf = createValidators(document);
  const templates = Object.keys(document.paths).map((path) => ({
    path,
    // An id may be empty: a router that splits at slashes takes `/keys/` for a key without a name.
    pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]*")}$`),
  }));

  function validate(parts: readonly string[], answer: Answer, where: string): void {
    const isValid = validatorOf(...parts);
    if (isValid(answer.json)) return;
    const errors = JSON.stringify(isValid.errors);
    throw new Error(`${where} does not match the document: ${errors}\n${answer.text}`);
  }

  return {
    check(method, path, answer) {
      const where = `${method} ${path} -> ${answer.status}`;
      if (answer.headers["content-type"]?.startsWith("application/problem+json") === true)
        checkDetail(where, answer);
      const [plain = ""] = path.split("?");
      const template = templates.find(({ pattern }) => pattern.test(plain))?.path;
      if (answer.text === hostsAnswer && (template === undefined || method === "TRACE")) return;
      // What no path can be, and parts of it that are longer than any id, a host of Fastify refuses by itself.
      if (/^FST_ERR_(BAD_URL|MAX_PARAM_LENGTH)$/.test(answer.json?.code)) return;
      // The same to a HEAD, which has no body to say so.
      if (method === "HEAD" && [400, 414].includes(answer.status) && shareOfRequests() < 1) return;
      if (answer.headers["cache-control"]?.includes("no-store") !== true && path !== "")
        throw new Error(`${where} may be cached`);
      const verb = method === "HEAD" ? "get" : method.toLowerCase();
      const operation = template === undefined ? undefined : document.paths[template][verb];
      if (operation === undefined || template === undefined) return checkUndeclared(where, template, answer);
      const declared = operation.responses[String(answer.status)];
      if (declared === undefined) throw new Error(`${where} is not in the document: ${answer.text}`);
      if (method === "HEAD" || declared.content === undefined) {
        if (answer.text !== "") throw new Error(`${where} has a body that is not in the document`);
        return;
      }
      const [type = ""] = Object.keys(declared.content);
      if (answer.headers["content-type"]?.startsWith(type) !== true)
        throw new Error(`${where} has the type ${answer.headers["content-type"]}, not ${type}`);
      const parts = ["paths", template, verb, "responses", String(answer.status), "content", type, "schema"];
      validate(parts, answer, where);
    },
  };

  /** A method or path that the document does not have: a 404 or 405 of ours, or the answer to OPTIONS. */
  function checkUndeclared(where: string, template: string | undefined, answer: Answer): void {
    // 400: a GET or HEAD with a body is refused before anybody looks at its path. 404: so is a path that cannot be
    // decoded or has an overlong part, whatever the method.
    const allowed = template === undefined ? [400, 404, 414] : [400, 404, 405, 204];
    if (!allowed.includes(answer.status)) throw new Error(`${where} is neither documented nor refused`);
    if (answer.text !== "") validate(["components", "schemas", "Problem"], answer, where);
  }
}

/** What a problem says is what to do, not its title again (RFC 9457, 3.1.4), and is soon read. */
function checkDetail(where: string, { json, text }: Answer): void {
  // A HEAD has none.
  if (text === "") return;
  const { title, detail } = json;
  if (isRemedy(title, detail)) return;
  throw new Error(`${where} has a detail that is no sentence, too long, or its title again: ${text}`);
}

/** Whether the detail of a problem is a sentence of its own, and a short one. */
export function isRemedy(title: string, detail: string): boolean {
  // What may be given instead is the remedy, however many there are.
  const lengthMax = detail.includes(" must be one of ") ? 600 : 300;
  return detail !== title && detail !== `${title}.` && detail.endsWith(".") && detail.length <= lengthMax;
}

/** A reference into the document: RFC 6901, in a URI fragment. */
function referenceTo(...parts: readonly string[]): { readonly $ref: string } {
  const pointer = parts.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1")));
  return { $ref: `document#/${pointer.join("/")}` };
}
