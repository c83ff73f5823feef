import { describe } from "vitest";
import { openBehind } from "../http/door.ts";
import { doorOf, httpSuite, turnOf } from "./hosts.ts";

openBehind(doorOf("express 5"), turnOf("express 5"));

describe("the HTTP suite through express 5", async () => {
  for (const part of httpSuite) {
    await import(`../http/${part}.test.ts`);
  }
});
