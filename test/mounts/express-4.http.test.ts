import { describe } from "vitest";
import { openBehind } from "../http/door.ts";
import { doorOf } from "./hosts.ts";

openBehind(doorOf("express 4"));

describe("the HTTP suite through express 4", async () => {
  for (const part of ["idempotency", "lists"]) {
    await import(`../http/${part}.test.ts`);
  }
});
