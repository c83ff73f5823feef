import { describe } from "vitest";
import { openBehind } from "../http/door.ts";
import { doorOf, httpSuiteOf, turnOf } from "./hosts.ts";

openBehind(doorOf("express 4"), turnOf("express 4"));

describe("the HTTP suite through express 4", async () => {
  for (const part of httpSuiteOf("express 4")) {
    await import(`../http/${part}.test.ts`);
  }
});
