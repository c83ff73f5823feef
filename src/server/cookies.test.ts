import { expect, test } from "vitest";
import { cookieIn } from "./cookies.ts";

test.each([
  ["visit=a.b-c_d", "a.b-c_d"],
  ["other=1; visit=2; third=3", "2"],
  ["other=1;visit=2", "2"],
  ["visit=1; visit=2", "1"],
  ["__Host-visit=1", undefined],
  ["revisit=1", undefined],
  ["visit2=1", undefined],
  ["visit", undefined],
  ["other=visit=1", undefined],
  ["other= visit=1; visit=2", "2"],
  ["visits=1; visit=2", "2"],
  ["visit=; other=1", ""],
  ["visit=2 ; other=1", "2"],
  ["", undefined],
])("W-13: of the cookies %j the visit is %j", (header, value) => {
  expect(cookieIn(header, "visit")).toBe(value);
});

test("W-13: without a Cookie header there is none", () => {
  expect(cookieIn(undefined, "visit")).toBeUndefined();
});
