import { describe, expect, test } from "vitest";
import { seededRandom } from "../testing/index.ts";
import { createApiKey } from "./api-keys.ts";
import { addressRangeProblem, isUsable, retireKey, revokeDialect, revokeKey } from "./key-changes.ts";
import { scopes } from "./records.ts";

const now = 1_000_000;
const { record } = createApiKey(seededRandom(1), now, { tenantId: "t", name: "n", scopes });

describe("W-1: a range of addresses", () => {
  test.each(["10.0.0.0/8", "192.0.2.7/32", "0.0.0.0/0", "2001:db8::/32", "::/0", "2001:db8::1/128"])(
    "%s is one",
    (range) => expect(addressRangeProblem(range)).toBeNull(),
  );

  test.each([
    ["10.0.0.0", /CIDR/],
    ["10.0.0.0/33", /CIDR/],
    ["10.0.0.0/-1", /CIDR/],
    ["::/129", /CIDR/],
    ["example.com/8", /CIDR/],
    ["", /CIDR/],
    ["10.0.0.1/8", /first address, 10\.0\.0\.0\/8/],
    ["2001:db8::1/32", /first address/],
    ["010.0.0.0/8", /decimal/],
    ["0x0a.0.0.0/8", /decimal/],
    ["10.0/8", /decimal/],
  ])("%s is none", (range, problem) => expect(addressRangeProblem(range)).toMatch(problem));
});

describe("W-1: a key", () => {
  test("that is revoked keeps the first instant and is usable no more", () => {
    const revoked = revokeKey(record, now + 1);
    expect(isUsable(record, now)).toBe(true);
    expect(isUsable(revoked, now + 1)).toBe(false);
    expect(revokeKey(revoked, now + 2)).toBe(revoked);
  });

  test("that is replaced works to the end of the overlap, or to its own end if that comes first", () => {
    const retired = retireKey(record, 500, now);
    expect([isUsable(retired, now + 499), isUsable(retired, now + 500)]).toEqual([true, false]);
    const short = { ...record, expiresAt: now + 100 };
    expect(retireKey(short, 500, now).expiresAt).toBe(now + 100);
    expect(retireKey(record, 0, now).revokedAt).toBe(now);
  });

  test("loses one dialect and keeps the others", () => {
    const without = revokeDialect(record, "telnyx", now);
    expect(without?.dialects.telnyx?.revokedAt).toBe(now);
    expect(without?.dialects.vonage).toEqual(record.dialects.vonage);
    expect(without?.revokedAt).toBeNull();
    expect(revokeDialect({ ...record, dialects: {} }, "telnyx", now)).toBeNull();
  });
});
