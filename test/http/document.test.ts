import { afterAll, describe, expect, test } from "vitest";
import { errorTable } from "../../src/errors/codes.ts";
import { createValidators, isRemedy, type Json, operationsOf } from "./contract.ts";
import { rowsOfDoor } from "./door.ts";
import { openInstallation } from "./installation.ts";

const installation = await openInstallation();
const { json: document } = await installation.send({ path: "/api/openapi.json", key: null });
const operations = operationsOf(document);
/** What the document says of them is the same behind every door. */
const ownRows = rowsOfDoor(operations);
const validatorOf = createValidators(document);

afterAll(() => installation.close());

describe("the OpenAPI document", () => {
  // house: size: a list of routes
  test("is 3.1, needs no key, and lists exactly the routes that exist", () => {
    expect(document.openapi).toBe("3.1.0");
    expect(operations.map(({ method, path }) => `${method} ${path}`).sort()).toMatchInlineSnapshot(`
      [
        "DELETE /challenges/{id}",
        "DELETE /keys/{id}",
        "DELETE /keys/{id}/dialects/{dialect}",
        "DELETE /numbers/{number}",
        "DELETE /numbers/{number}/lock",
        "DELETE /numbers/{number}/opt-out",
        "DELETE /sessions/current",
        "DELETE /sessions/{id}",
        "DELETE /subscribers/{id}",
        "DELETE /subscribers/{id}/authenticators/{authenticator}",
        "DELETE /subscribers/{id}/authenticators/{authenticator}/removal",
        "DELETE /subscribers/{id}/sessions",
        "DELETE /subscribers/{id}/trusted-devices",
        "DELETE /subscribers/{id}/trusted-devices/{device}",
        "DELETE /verifications/{id}",
        "DELETE /webhooks/{id}",
        "GET /carriers",
        "GET /challenges/{id}",
        "GET /deliveries",
        "GET /deliveries/{id}",
        "GET /keys",
        "GET /keys/{id}",
        "GET /messages",
        "GET /messages/{id}",
        "GET /notices/current",
        "GET /numbers/{number}",
        "GET /numbers/{number}/route",
        "GET /resets/current",
        "GET /secrets",
        "GET /secrets/rotation",
        "GET /services",
        "GET /services/{id}",
        "GET /sessions/current",
        "GET /subscribers",
        "GET /subscribers/{id}",
        "GET /subscribers/{id}/authenticators",
        "GET /subscribers/{id}/sessions",
        "GET /subscribers/{id}/trusted-devices",
        "GET /tenants",
        "GET /tenants/{id}",
        "GET /verifications",
        "GET /verifications/{id}",
        "GET /webhooks",
        "GET /webhooks/{id}",
        "GET /webhooks/{id}/events",
        "GET /webhooks/{id}/events/{event}",
        "PATCH /services/{id}",
        "PATCH /subscribers/{id}",
        "PATCH /subscribers/{id}/authenticators/{authenticator}",
        "PATCH /webhooks/{id}",
        "POST /backup",
        "POST /challenges",
        "POST /challenges/{id}/check",
        "POST /challenges/{id}/passkey",
        "POST /challenges/{id}/send",
        "POST /keys",
        "POST /keys/{id}/rotate",
        "POST /messages",
        "POST /notices/dispute",
        "POST /pages",
        "POST /pages/account",
        "POST /recoveries",
        "POST /recoveries/check",
        "POST /recoveries/complete",
        "POST /recoveries/passkey",
        "POST /recoveries/send",
        "POST /resets/complete",
        "POST /secrets/rotation",
        "POST /services",
        "POST /sessions",
        "POST /sessions/current/statement",
        "POST /sessions/passkey",
        "POST /sessions/passkey/{id}",
        "POST /sessions/redeem",
        "POST /subscribers",
        "POST /subscribers/{id}/authenticators",
        "POST /subscribers/{id}/authenticators/{authenticator}/confirm",
        "POST /subscribers/{id}/authenticators/{authenticator}/send",
        "POST /subscribers/{id}/password",
        "POST /subscribers/{id}/reset",
        "POST /tenants",
        "POST /tickets/redeem",
        "POST /verifications",
        "POST /verifications/{id}/check",
        "POST /verifications/{id}/next",
        "POST /verifications/{id}/resend",
        "POST /verifications/{id}/settle",
        "POST /webhooks",
        "POST /webhooks/{id}/events/{event}/replay",
        "POST /webhooks/{id}/replay",
        "POST /webhooks/{id}/rotate",
        "POST /webhooks/{id}/test",
      ]
    `);
  });

  test.each(ownRows)("describes $method $path in words, with its scope", ({ operation }) => {
    expect(operation.summary).toMatch(/^[A-Z].{5,}[^.]$/);
    expect(operation.operationId).toMatch(/^[a-z]+([A-Z][a-z]+)+$/);
    expect(document.tags.map((tag: { name: string }) => tag.name)).toEqual(
      expect.arrayContaining(operation.tags),
    );
    expect(operation.security).toEqual([{ apiKey: [expect.any(String)] }]);
  });

  test("names every operation once", () => {
    const names = operations.map(({ operation }) => operation.operationId);
    expect(new Set(names).size).toBe(names.length);
  });

  test.each(ownRows)(
    "declares the problems of $method $path by status and code",
    ({ operation, path, method }) => {
      for (const [status, response] of Object.entries<Json>(operation.responses)) {
        if (Number(status) < 400) continue;
        const { schema, examples } = response.content["application/problem+json"];
        const codes: (keyof typeof errorTable)[] = schema.allOf[1].properties.code.enum;
        expect(codes.length).toBeGreaterThan(0);
        for (const code of codes) expect(errorTable[code].status).toBe(Number(status));
        expect(Object.keys(examples).sort()).toEqual([...codes].sort());
        const at = ["paths", path, method.toLowerCase(), "responses", status];
        const validate = validatorOf(...at, "content", "application/problem+json", "schema");
        for (const [code, { $ref }] of Object.entries<{ $ref: string }>(examples)) {
          expect($ref).toBe(`#/components/examples/${code}`);
          const { value } = document.components.examples[code];
          expect(validate(value), JSON.stringify(validate.errors)).toBe(true);
          expect(validate({ ...value, stack: "at here" })).toBe(false);
        }
      }
      for (const status of ["401", "403", "429", "500", "503"])
        expect(operation.responses).toHaveProperty(status);
    },
  );

  test("shows of each problem what to do, in calls that exist", () => {
    const calls = operations.map(({ method, path }) => `${method} /api/v1${path}`);
    for (const [code, { summary, value }] of Object.entries<Json>(document.components.examples)) {
      expect(isRemedy(summary, value.detail), `${code}: ${value.detail}`).toBe(true);
      for (const [, named] of value.detail.matchAll(/`([A-Z]+ \/api[^`?]*)/g)) expect(calls).toContain(named);
    }
    expect(Object.keys(document.components.examples)).toEqual(Object.keys(errorTable));
  });

  test("has schemas that compile, each under one name", () => {
    const names = Object.keys(document.components.schemas);
    expect(names).toEqual(
      expect.arrayContaining(["Problem", "Verification", "VerificationDetails", "Key", "Service", "Tenant"]),
    );
    for (const name of rowsOfDoor(names))
      expect(validatorOf("components", "schemas", name)).toBeTypeOf("function");
  });

  test.each(ownRows.filter(({ operation }) => operation.requestBody?.content["application/json"].example))(
    "has an example of a body for $method $path that its own schema accepts",
    ({ operation, path, method }) => {
      const { example } = operation.requestBody.content["application/json"];
      const at = ["paths", path, method.toLowerCase(), "requestBody", "content", "application/json"];
      const validate = validatorOf(...at, "schema");
      expect(validate(example), JSON.stringify(validate.errors)).toBe(true);
    },
  );

  test("every path answers a key of all scopes in a way that the document declares", async () => {
    for (const { method, path } of operations) {
      const body = method === "POST" || method === "PATCH" ? {} : undefined;
      await installation.call({ method, path: path.replaceAll(/\{\w+\}/g, "constructor"), body });
    }
  });
});
