import { describe } from "vitest";
import { openBehind } from "../http/door.ts";
import { doorOf, httpSuiteOf, turnOf } from "./hosts.ts";

openBehind(doorOf("fastify 5"), turnOf("fastify 5"));

describe("the HTTP suite through fastify 5", async () => {
  for (const part of httpSuiteOf("fastify 5")) {
    await import(`../http/${part}.test.ts`);
  }
});
