import { describe, expect, test } from "vitest";
import { startFieldsProblem } from "./start-fields.ts";

describe("S-2, S-6: what a start keeps for its caller, however it was called", () => {
  test("may be left out, and may be as long as the API allows", () => {
    expect(startFieldsProblem({})).toBeNull();
    const metadata = Object.fromEntries(
      Array.from({ length: 10 }, (_, index) => [`k${index}`, "👍".repeat(200)]),
    );
    const longest = {
      subject: "👍".repeat(200),
      binding: "x".repeat(200),
      clientRef: "漢".repeat(100),
      metadata,
    };
    expect(startFieldsProblem({ purpose: "log_in-2", ...longest })).toBeNull();
  });

  test.each([
    ["purpose", { purpose: "" }],
    ["purpose", { purpose: "Login" }],
    ["purpose", { purpose: "x".repeat(33) }],
    ["subject", { subject: "x".repeat(201) }],
    ["binding", { binding: "\ud800" }],
    ["binding", { binding: "x".repeat(201) }],
    ["clientRef", { clientRef: "x".repeat(101) }],
    ["metadata", { metadata: { "": "x" } }],
    [
      "metadata",
      { metadata: Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`k${index}`, ""])) },
    ],
    ["metadata.k", { metadata: { k: "x".repeat(201) } }],
    ["metadata.k", { metadata: { k: "\udfff" } }],
  ])("%s is refused by its name: %j", (field, fields) => {
    expect(startFieldsProblem(fields)).toMatchObject({ field, detail: expect.stringMatching(/^must /) });
  });
});
