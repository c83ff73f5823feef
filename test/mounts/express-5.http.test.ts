import { describe } from "vitest";
import { openBehind } from "../http/door.ts";
import { doorOf, httpSuiteOf, turnOf } from "./hosts.ts";

openBehind(doorOf("express 5"), turnOf("express 5"));

describe("the HTTP suite through express 5", async () => {
  for (const part of httpSuiteOf("express 5")) {
    await import(`../http/${part}.test.ts`);
  }
});
