import { describe } from "vitest";
import { openBehind } from "../http/door.ts";
import { doorOf, httpSuite, turnOf } from "./hosts.ts";

openBehind(doorOf("koa 3"), turnOf("koa 3"));

describe("the HTTP suite through koa 3", async () => {
  for (const part of httpSuite) {
    await import(`../http/${part}.test.ts`);
  }
});
