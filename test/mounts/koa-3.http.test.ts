import { describe } from "vitest";
import { openBehind } from "../http/door.ts";
import { doorOf, httpSuiteOf, turnOf } from "./hosts.ts";

openBehind(doorOf("koa 3"), turnOf("koa 3"));

describe("the HTTP suite through koa 3", async () => {
  for (const part of httpSuiteOf("koa 3")) {
    await import(`../http/${part}.test.ts`);
  }
});
