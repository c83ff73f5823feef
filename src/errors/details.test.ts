import { expect, test } from "vitest";
import { detailBelow, details } from "./details.ts";

test("calls that a detail names are moved below a path, and nothing else of it", () => {
  expect(detailBelow("Read `GET /api/v1/x`, or /api/docs; GET /health/ready.", "/verify")).toBe(
    "Read `GET /verify/api/v1/x`, or /verify/api/docs; GET /verify/health/ready.",
  );
  const others = "redirect must be https://a.example/api/b, of `/send` or /apis.";
  expect(detailBelow(others, "/verify")).toBe(others);
  for (const detail of Object.values(details)) expect(detailBelow(detail, "")).toBe(detail);
});
