import { describe } from "vitest";
import { openFacadesBehind } from "../facades/installation.ts";
import { facadeDoorOf, facadeSuite } from "./hosts.ts";

openFacadesBehind(facadeDoorOf("koa 3"));

describe("the suite of facades through koa 3", async () => {
  for (const part of facadeSuite) {
    await import(`../facades/${part}.test.ts`);
  }
});
