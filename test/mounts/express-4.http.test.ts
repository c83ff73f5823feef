import { describe } from "vitest";
import { openBehind } from "../http/door.ts";
import { doorOf, httpSuite, turnOf } from "./hosts.ts";

openBehind(doorOf("express 4"), turnOf("express 4"));

describe("the HTTP suite through express 4", async () => {
  for (const part of httpSuite) {
    await import(`../http/${part}.test.ts`);
  }
});
