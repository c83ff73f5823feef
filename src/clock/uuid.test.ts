import { describe, expect, test } from "vitest";
import { seededRandom } from "../testing/index.ts";
import { systemRandom, uuidPattern, uuidv7, uuidv7Floor } from "./index.ts";

const now = Date.UTC(2026, 0, 1, 12);

describe("ids are UUIDv7", () => {
  test("RFC 9562, A.6: time, version and variant are where they belong", () => {
    const id = uuidv7(0x017f22e279b0, { bytes: () => new Uint8Array(10).fill(0xff) });
    expect(id).toBe("017f22e2-79b0-7fff-bfff-ffffffffffff");
    expect(uuidv7(0x017f22e279b0, { bytes: () => new Uint8Array(10) }, 200)).toMatch(/00c8$/);
    expect(uuidv7(0x017f22e279b0, { bytes: () => new Uint8Array(10) })).toBe(
      "017f22e2-79b0-7000-8000-000000000000",
    );
  });

  test("all look like one, none comes twice, and 74 bits differ", () => {
    const random = systemRandom();
    const ids = Array.from({ length: 20_000 }, () => uuidv7(now, random));
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(uuidPattern);
    const random128 = ids.map((id) => BigInt(`0x${id.replaceAll("-", "")}`));
    let varying = 0n;
    for (const bits of random128) varying |= bits ^ (random128[0] ?? 0n);
    expect(varying.toString(2).replaceAll("0", "")).toHaveLength(74);
  });

  test("a later id sorts after an earlier one, and after the floor of its own instant", () => {
    const random = seededRandom(1);
    const ids = [0, 1, 1_000, 86_400_000].map((later) => uuidv7(now + later, random));
    expect([...ids].sort()).toEqual(ids);
    expect(uuidv7Floor(now) <= (ids[0] ?? "")).toBe(true);
    expect(uuidv7Floor(now + 1) > (ids[0] ?? "")).toBe(true);
  });
});
