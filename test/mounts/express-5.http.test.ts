import { describe } from "vitest";
import { openBehind } from "../http/door.ts";
import { doorOf, httpSuite, shareOfHost } from "./hosts.ts";

openBehind(doorOf("express 5"), { share: shareOfHost });

describe("the HTTP suite through express 5", async () => {
  for (const part of httpSuite) {
    await import(`../http/${part}.test.ts`);
  }
});
