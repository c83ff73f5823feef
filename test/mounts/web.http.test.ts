import { describe } from "vitest";
import { openBehind } from "../http/door.ts";
import { doorOf, httpSuite } from "./hosts.ts";

openBehind(doorOf("hono 4 (web)"));

describe("the HTTP suite through hono 4 (web)", async () => {
  for (const part of httpSuite) {
    await import(`../http/${part}.test.ts`);
  }
});
