import { describe } from "vitest";
import { openFacadesBehind } from "../facades/installation.ts";
import { facadeDoorOf, facadeSuite } from "./hosts.ts";

openFacadesBehind(facadeDoorOf("express 5"));

describe("the suite of facades through express 5", async () => {
  for (const part of facadeSuite) {
    await import(`../facades/${part}.test.ts`);
  }
});
