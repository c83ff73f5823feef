import { describe } from "vitest";
import { openFacadesBehind } from "../facades/installation.ts";
import { facadeDoorOf, facadeSuite } from "./hosts.ts";

openFacadesBehind(facadeDoorOf("hono 4 (web)"));

describe("the suite of facades through hono 4 (web)", async () => {
  for (const part of facadeSuite) {
    await import(`../facades/${part}.test.ts`);
  }
});
