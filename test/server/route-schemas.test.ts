import { Ajv } from "ajv";
import type { FastifySchema } from "fastify";
import { afterAll, describe, expect, test } from "vitest";
import { createApp } from "../../src/server/app.ts";
import { sandboxDoor } from "../../src/server/sandbox.ts";
import { openSharedInstance } from "../support/instance.ts";

const one = await openSharedInstance();
const sandbox = sandboxDoor({ instance: one, guard: null });
const app = createApp({ engine: one.engine, parts: one.parts, register: sandbox.register });
afterAll(async () => {
  sandbox.close();
  await app.close();
  await one.close();
});

const schemas = new Map<string, unknown>();
app.addHook("onRoute", ({ method, url, schema = {} }) => {
  for (const part of ["body", "querystring", "params", "headers", "response"] as const) {
    for (const [status, given] of partsOf(schema, part))
      schemas.set(`${method} ${url} ${part}${status}`, given);
  }
});
await app.ready();

function partsOf(schema: FastifySchema, part: keyof FastifySchema): [string, unknown][] {
  const given = schema[part];
  if (given === undefined) return [];
  return part === "response"
    ? Object.entries(given as object).map(([status, one]) => [` ${status}`, one])
    : [["", given]];
}

describe("the schemas of all routes", () => {
  test("are JSON schemas, which the server that compiles them takes for granted", () => {
    const ajv = new Ajv();
    expect(schemas.size).toBeGreaterThan(200);
    for (const [where, schema] of schemas) expect(ajv.validateSchema(schema as object), where).toBe(true);
  });

  test("and what is none is found so", () => {
    expect(new Ajv({ logger: false }).validateSchema({ type: "object", required: "name" })).toBe(false);
  });
});
