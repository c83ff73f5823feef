import { expect, test } from "vitest";
import { createShares } from "./shares.ts";

/** Takes places for as long as there are any for this owner. */
function fill(shares: ReturnType<typeof createShares>, owner: string): number {
  while (shares.hasRoomFor(owner)) shares.enter(owner);
  return shares.of(owner);
}

test("an owner alone takes half, the next ones of what is left, and there is a place for one more", () => {
  const shares = createShares(512);
  expect([fill(shares, "a"), fill(shares, "b"), shares.left]).toEqual([256, 128, 128]);
  expect(shares.hasRoomFor("c")).toBe(true);
  for (let n = 0; n < 256; n++) shares.leave("a");
  expect([shares.of("a"), shares.left]).toEqual([0, 384]);
  expect(fill(shares, "b")).toBe(256);
});
