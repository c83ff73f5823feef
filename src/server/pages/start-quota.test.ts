import { expect, test } from "vitest";
import { anonymousAllowance, createStartQuota, linkAllowance } from "./start-quota.ts";

const hour = 3_600_000;

test("F-10: five starts an hour pass with a proof of work and one without; the next when the first is an hour old", () => {
  const quota = createStartQuota();
  for (let start = 0; start < 5; start++) {
    expect(quota.take("net", true, anonymousAllowance, start * 1_000)).toBeNull();
  }
  expect(quota.take("net", true, anonymousAllowance, 5_000)).toBe(hour);
  expect(quota.take("net", false, anonymousAllowance, 5_000)).toBeNull();
  expect(quota.take("net", false, anonymousAllowance, 6_000)).toBe(hour + 5_000);
  expect(quota.take("net", true, anonymousAllowance, hour)).toBeNull();
  expect(quota.take("net", true, anonymousAllowance, hour)).toBe(hour + 1_000);
});

test("each network counts alone, and a link has a start more without a script", () => {
  const quota = createStartQuota();
  expect(quota.take("one", false, anonymousAllowance, 0)).toBeNull();
  expect(quota.take("two", false, anonymousAllowance, 0)).toBeNull();
  expect(quota.take("link", false, linkAllowance, 0)).toBeNull();
  expect(quota.take("link", false, linkAllowance, 0)).toBeNull();
  expect(quota.take("link", false, linkAllowance, 0)).toBe(hour);
  expect(quota.count("link", 1)).toBe(2);
  expect(quota.count("link", hour)).toBe(0);
});

test("a clock that was set back forgets rather than locks", () => {
  const quota = createStartQuota();
  expect(quota.take("net", false, anonymousAllowance, hour)).toBeNull();
  expect(quota.take("net", false, anonymousAllowance, 0)).toBeNull();
});
