import { describe } from "vitest";
import { openBehind } from "../http/door.ts";
import { doorOf, httpSuite, shareOfHost } from "./hosts.ts";

openBehind(doorOf("koa 3"), { share: shareOfHost });

describe("the HTTP suite through koa 3", async () => {
  for (const part of httpSuite) {
    await import(`../http/${part}.test.ts`);
  }
});
