import fc from "fast-check";
import { expect, test } from "vitest";
import { iso } from "./schemas.ts";

test("instants are written as RFC 3339 in UTC with milliseconds, whatever was written before", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (at) => {
      expect(iso(at)).toBe(new Date(at).toISOString());
    }),
    { numRuns: 2_000 },
  );
});
