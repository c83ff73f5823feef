import { describe } from "vitest";
import { openFacadesBehind } from "../facades/installation.ts";
import { facadeDoorOf, facadeSuite } from "./hosts.ts";

openFacadesBehind(facadeDoorOf("express 4", true));

describe("the suite of facades through express 4, behind its body parsers", async () => {
  // There a body that is no JSON is answered by the parser: Countersign never hears of it.
  for (const part of facadeSuite.filter((one) => one !== "telnyx-verifications")) {
    await import(`../facades/${part}.test.ts`);
  }
});
