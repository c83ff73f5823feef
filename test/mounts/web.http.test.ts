import { describe } from "vitest";
import { openBehind } from "../http/door.ts";
import { doorOf, httpSuiteOf, turnOf } from "./hosts.ts";

openBehind(doorOf("hono 4 (web)"), turnOf("hono 4 (web)"));

describe("the HTTP suite through hono 4 (web)", async () => {
  // A `Request` has no TRACE, and its URL no `..`: what the file about those asks for never comes as far as a handler.
  for (const part of httpSuiteOf("hono 4 (web)").filter((one) => one !== "input")) {
    await import(`../http/${part}.test.ts`);
  }
});
