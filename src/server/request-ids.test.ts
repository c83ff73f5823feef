import { expect, test } from "vitest";
import { systemRandom } from "../clock/index.ts";
import { requestIds } from "./request-ids.ts";

test("ids of requests are whole and differ, also from one pool to the next", () => {
  const next = requestIds(systemRandom());
  const ids = Array.from({ length: 2_000 }, next);
  expect(new Set(ids).size).toBe(2_000);
  for (const id of ids) expect(id).toMatch(/^req-[A-Za-z0-9_-]{12}$/);
});
