import { describe } from "vitest";
import { openBehind } from "../http/door.ts";
import { doorOf, httpSuite, shareOfHost } from "./hosts.ts";

openBehind(doorOf("express 4"), { share: shareOfHost });

describe("the HTTP suite through express 4", async () => {
  for (const part of httpSuite) {
    await import(`../http/${part}.test.ts`);
  }
});
