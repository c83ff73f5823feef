import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FastifySchema } from "fastify";
import { type ErrorCode, errorTable } from "../../errors/codes.ts";
import { details } from "../../errors/details.ts";
import { problemType } from "../problems.ts";
import { problemSchema, withComponents } from "./document-schemas.ts";
import { problemsOf, type RouteDescription, tags } from "./route.ts";
import { limitDefault, limitMax } from "./schemas.ts";

/** A route as the document sees it: the same schemas that requests and answers go through. */
export interface DocumentedRoute {
  readonly method: string;
  readonly path: string;
  readonly api: RouteDescription;
  readonly schema: FastifySchema;
}

type Json = Record<string, unknown>;

const securityScheme = "apiKey";

/**
 * The OpenAPI 3.1 document. Its schemas are the routes' own: JSON Schema is what both speak, so that nothing is
 * translated and nothing can drift.
 */
export function documentOf(routes: readonly DocumentedRoute[]): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  const { paths: referring, components } = withComponents({ paths });
  return {
    openapi: "3.1.0",
    jsonSchemaDialect: "https://json-schema.org/draft/2020-12/schema",
    info: {
      title: "Countersign",
      version: version(),
      summary: "Self-hosted phone verification",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/api/v1" }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths: referring,
    components: {
      schemas: components,
      examples: problemExamples(),
      securitySchemes: {
        [securityScheme]: { type: "http", scheme: "bearer", description: "An API key with the named scope" },
      },
    },
  };
}

function operationOf({ method, path, api, schema }: DocumentedRoute): Json {
  const isChecked = schema.body !== undefined || schema.querystring !== undefined;
  const problems = problemsOf(api, { method, hasParams: path.includes(":"), isChecked });
  return {
    operationId: api.operationId,
    tags: [api.tag],
    summary: api.summary,
    ...(api.description === undefined ? {} : { description: api.description }),
    security: [{ [securityScheme]: [api.scope] }],
    parameters: [...schemaParameters(schema), ...headerParameters(method, api)],
    ...(schema.body === undefined ? {} : { requestBody: requestBody(schema.body as Json, api) }),
    responses: { ...successResponses(method, api, schema), ...problemResponses(problems) },
  };
}

function schemaParameters(schema: FastifySchema): Json[] {
  const inPath = propertiesOf(schema.params).map(([name, one]) => ({
    ...parameter("path", name, one),
    required: true,
  }));
  const inQuery = propertiesOf(schema.querystring).map(([name, one]) =>
    parameter("query", name, name === "limit" ? limitAsInteger(one) : one),
  );
  return [...inPath, ...inQuery];
}

function parameter(where: "path" | "query", name: string, schema: Json): Json {
  const { description, ...rest } = schema;
  return { name, in: where, ...(description === undefined ? {} : { description }), schema: rest };
}

/** A query is text; its pattern says the same in a way that no client generator understands. */
function limitAsInteger({ description }: Json): Json {
  return { type: "integer", minimum: 1, maximum: limitMax, default: limitDefault, description };
}

function headerParameters(method: string, api: RouteDescription): Json[] {
  const headers = Object.entries(api.headers ?? {}).map(([name, description]) => ({
    name,
    in: "header",
    description,
    schema: { type: "string", minLength: 1, maxLength: 200 },
  }));
  if (method !== "POST") return headers;
  const idempotency = {
    name: "Idempotency-Key",
    in: "header",
    description: "A request repeated with it within 24 hours is answered from the first one's outcome.",
    schema: { type: "string", minLength: 1, maxLength: 255, pattern: "^[\\x21\\x23-\\x7e]+$" },
  };
  return [...headers, idempotency];
}

function requestBody(schema: Json, api: RouteDescription): Json {
  const required = Array.isArray(schema["required"]) && schema["required"].length > 0;
  const example = api.example === undefined ? {} : { example: api.example.body };
  return { required, content: { "application/json": { schema, ...example } } };
}

function successResponses(method: string, api: RouteDescription, schema: FastifySchema): Json {
  const replayed = {
    "Idempotency-Replayed": {
      description: "`true` where the answer is that of an earlier request",
      schema: { type: "string", const: "true" },
    },
  };
  const answers = (schema.response ?? {}) as Record<string, Json>;
  return Object.fromEntries(
    Object.entries(api.successes).map(([status, description]) => [
      status,
      {
        description,
        ...(method === "POST" ? { headers: replayed } : {}),
        ...(status === "204" ? {} : { content: { "application/json": { schema: answers[status] } } }),
      },
    ]),
  );
}

/** One response a status, with the codes that can come with it. */
function problemResponses(problems: readonly ErrorCode[]): Json {
  const byStatus = Map.groupBy(problems, (code) => errorTable[code].status);
  return Object.fromEntries([...byStatus].map(([status, codes]) => [status, problemResponse(status, codes)]));
}

function problemResponse(status: number, codes: readonly ErrorCode[]): Json {
  const narrowed = { properties: { status: { const: status }, code: { enum: codes } } };
  const examples = Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]));
  const retryAfter = {
    "Retry-After": { description: "Seconds", schema: { type: "string", pattern: "^[0-9]+$" } },
  };
  return {
    description: codes.map((code) => errorTable[code].title).join("; "),
    ...(status === 429 || status === 503 ? { headers: retryAfter } : {}),
    content: {
      "application/problem+json": {
        schema: { allOf: [problemSchema, narrowed], unevaluatedProperties: false },
        examples,
      },
    },
  };
}

/** Each problem once, however many routes can answer with it. */
function problemExamples(): Json {
  const codes = Object.keys(errorTable) as ErrorCode[];
  return Object.fromEntries(
    codes.map((code) => [code, { summary: errorTable[code].title, value: exampleOf(code) }]),
  );
}

function exampleOf(code: ErrorCode): Json {
  const { status, title, retryable } = errorTable[code];
  return {
    type: problemType(code),
    title,
    status,
    code,
    detail: details[code],
    instance: "req-2VbN0bA4oH1c",
    retryable,
  };
}

function propertiesOf(schema: unknown): [string, Json][] {
  return Object.entries((schema as { properties?: Record<string, Json> } | undefined)?.properties ?? {});
}

function version(): string {
  const path = join(import.meta.dirname, "..", "..", "..", "package.json");
  return String((JSON.parse(readFileSync(path, "utf8")) as Json)["version"]);
}
